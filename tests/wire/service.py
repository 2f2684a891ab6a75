"""botocore's model of SageMaker, and all that it says of a value."""

import functools

import botocore.session
import regex
from botocore.model import StringShape
from botocore.validate import ParamValidator

CREATE = "CreateHyperParameterTuningJob"
DESCRIBE = "DescribeHyperParameterTuningJob"


@functools.cache
def model():
    return botocore.session.get_session().get_service_model("sagemaker")


def input_shape(operation=CREATE):
    return model().operation_model(operation).input_shape


def output_shape(operation=DESCRIBE):
    return model().operation_model(operation).output_shape


def problems(shape, value):
    """Return what botocore's validator says, and what it does not look at."""
    report = ParamValidator().validate(value, shape)
    if report.has_errors():
        return [report.generate_report()]
    return list(violations(shape, value))


def violations(shape, value, path=""):
    """Yield where enums, patterns and maxima are broken."""
    if shape.type_name == "structure":
        for name in value.keys() - shape.members.keys():
            yield f"{path}.{name} is no member"
        for name in value.keys() & shape.members.keys():
            yield from violations(shape.members[name], value[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for place, item in enumerate(value):
            yield from violations(shape.member, item, f"{path}[{place}]")
    elif shape.type_name == "map":
        for key, item in value.items():
            yield from violations(shape.key, key, f"{path} key {key!r}")
            yield from violations(shape.value, item, f"{path}[{key!r}]")
    elif isinstance(shape, StringShape):
        yield from text_violations(shape, value, path)
    size = len(value) if isinstance(value, str | list | dict) else value
    most = shape.metadata.get("max")
    if most is not None and size > most:
        yield f"{path}: {value!r} is above {most}"


def text_violations(shape, value, path):
    pattern = shape.metadata.get("pattern")
    if pattern and not regex.fullmatch(pattern, value):
        yield f"{path}: {value!r} does not match {pattern}"
    if shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is not in {shape.enum}"
