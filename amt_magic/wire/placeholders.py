"""What a cloud requires of a training job definition, and this machine does not."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from amt_magic.wire.kept import add_members

Definition = dict[str, Any]

PLACEHOLDERS: Definition = {  # where a description needs a value
    "AlgorithmSpecification": {
        "TrainingImage": "000000000000.dkr.ecr.us-east-1.amazonaws.com/local:latest",
        "TrainingInputMode": "File",
    },
    "RoleArn": "arn:aws:iam::000000000000:role/local",
    "OutputDataConfig": {"S3OutputPath": "s3://local/"},
    "ResourceConfig": {
        "InstanceType": "ml.m5.large",
        "InstanceCount": 1,
        "VolumeSizeInGB": 1,
    },
    "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
    "EnableNetworkIsolation": False,
    "EnableInterContainerTrafficEncryption": False,
    "EnableManagedSpotTraining": False,
}
FILL_IN = "FILL-IN"
FILL_INS: Definition = {  # where a request does, to be replaced before it is sent
    "AlgorithmSpecification": {
        "TrainingImage": f"000000000000.dkr.ecr.us-east-1.amazonaws.com/{FILL_IN}:1",
        "TrainingInputMode": "File",
    },
    "RoleArn": f"arn:aws:iam::000000000000:role/{FILL_IN}",
    "OutputDataConfig": {"S3OutputPath": f"s3://{FILL_IN}/output"},
    "ResourceConfig": {
        "InstanceType": "ml.m5.large",
        "InstanceCount": 1,
        "VolumeSizeInGB": 30,
    },
    "StoppingCondition": {"MaxRuntimeInSeconds": 86_400},
}
DATA: Definition = {
    "InputDataConfig": [
        {
            "ChannelName": "training",
            "DataSource": {
                "S3DataSource": {
                    "S3DataType": "S3Prefix",
                    "S3Uri": f"s3://{FILL_IN}/training",
                    "S3DataDistributionType": "FullyReplicated",
                }
            },
        }
    ]
}
CLUSTER = "ResourceConfig"
TUNING_CLUSTER = "HyperParameterTuningResourceConfig"
FLAT = ("InstanceType", "InstanceCount", "VolumeSizeInGB")


def with_placeholders(definition: Mapping[str, Any]) -> Definition:
    """Return a definition as Describe shows it, with what it lacks filled in.

    A ResourceConfig is always there, for the clients that read it alone.
    """
    given = dict(definition)
    cluster = given.get(CLUSTER, _of_tuning(given.get(TUNING_CLUSTER)))
    if cluster:
        given[CLUSTER] = cluster
    return add_members(given, _without_alternatives(given, PLACEHOLDERS))


def fill_in(definition: Mapping[str, Any]) -> tuple[Definition, list[str]]:
    """Return a definition with all that a request needs, and what is to be replaced.

    One that has a role, an image and an output path may do without data.
    """
    wanted = _without_alternatives(definition, FILL_INS)
    if TUNING_CLUSTER in definition or CLUSTER in definition:
        wanted.pop(CLUSTER, None)
    if "StoppingCondition" in definition:
        del wanted["StoppingCondition"]
    if _marked(add_members(definition, wanted)) and "InputDataConfig" not in definition:
        wanted |= deepcopy(DATA)
    filled = add_members(definition, wanted)
    names = [*_marked(filled), *(["InstanceType"] if CLUSTER in wanted else [])]
    return filled, names


def _of_tuning(given: Any) -> Definition:
    """Return a ResourceConfig for the instances of a tuning job, as far as it goes."""
    several = [*(given or {}).get("InstanceConfigs", ())]
    source = several[0] if several else given or {}
    return {name: source[name] for name in FLAT if name in source}


def _without_alternatives(
    given: Mapping[str, Any], placeholders: Definition
) -> Definition:
    """Return the placeholders without those for which another member stands."""
    wanted = deepcopy(placeholders)
    if "AlgorithmName" in given.get("AlgorithmSpecification", {}):
        del wanted["AlgorithmSpecification"]["TrainingImage"]
    if {"InstanceGroups", "InstancePreferences"} & given.get(CLUSTER, {}).keys():
        del wanted[CLUSTER]
    return wanted


def _marked(given: Any, name: str = "") -> list[str]:
    """Return the names of the members that tell by their value to be replaced."""
    if isinstance(given, Mapping):
        return [found for key in given for found in _marked(given[key], key)]
    if isinstance(given, list):
        return [found for item in given for found in _marked(item, name)]
    return [name] if isinstance(given, str) and FILL_IN in given else []
