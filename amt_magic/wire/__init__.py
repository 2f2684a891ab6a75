"""Amazon's JSON and our values, one into the other: the only home of its names."""

from amt_magic.wire.answers import (
    PLACEHOLDERS,
    describe,
    training_job_summary,
    tuning_job_summary,
    with_placeholders,
)
from amt_magic.wire.requests import config_from_request, request_from_config
from amt_magic.wire.values import (
    decode_hyperparameters,
    decode_static,
    decode_value,
    encode_hyperparameters,
    encode_value,
)

__all__ = [
    "PLACEHOLDERS",
    "config_from_request",
    "decode_hyperparameters",
    "decode_static",
    "decode_value",
    "describe",
    "encode_hyperparameters",
    "encode_value",
    "request_from_config",
    "training_job_summary",
    "tuning_job_summary",
    "with_placeholders",
]
