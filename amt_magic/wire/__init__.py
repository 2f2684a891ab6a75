"""Amazon's JSON and our values, one into the other: the only home of its names."""

from amt_magic.wire.answers import (
    definition_name,
    describe,
    is_retryable_reason,
    training_job_summary,
    tuning_job_summary,
)
from amt_magic.wire.exports import Export, export_request
from amt_magic.wire.files import write_request
from amt_magic.wire.kept import request_with_kept
from amt_magic.wire.placeholders import PLACEHOLDERS, with_placeholders
from amt_magic.wire.reading import (
    Beside,
    TuningJobRequest,
    check_strictly,
    read_beside,
    read_request,
    said,
)
from amt_magic.wire.requests import config_from_request, request_from_config
from amt_magic.wire.shapes import NAME, kept_members, unused_names
from amt_magic.wire.values import (
    decode_hyperparameters,
    decode_static,
    decode_value,
    encode_hyperparameters,
    encode_value,
)

__all__ = [
    "NAME",
    "PLACEHOLDERS",
    "Beside",
    "Export",
    "TuningJobRequest",
    "check_strictly",
    "config_from_request",
    "decode_hyperparameters",
    "decode_static",
    "decode_value",
    "definition_name",
    "describe",
    "encode_hyperparameters",
    "encode_value",
    "export_request",
    "is_retryable_reason",
    "kept_members",
    "read_beside",
    "read_request",
    "request_from_config",
    "request_with_kept",
    "said",
    "training_job_summary",
    "tuning_job_summary",
    "unused_names",
    "with_placeholders",
    "write_request",
]
