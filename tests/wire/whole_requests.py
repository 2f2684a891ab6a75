"""Requests that the service would take, whole ones, and how to change them."""

import copy

CONFIG = "HyperParameterTuningJobConfig"
LIMITS = f"{CONFIG}.ResourceLimits"
RANGES = f"{CONFIG}.ParameterRanges"
CONTINUOUS = f"{RANGES}.ContinuousParameterRanges"
INTEGER = f"{RANGES}.IntegerParameterRanges"
CATEGORICAL = f"{RANGES}.CategoricalParameterRanges"
OBJECTIVE = f"{CONFIG}.HyperParameterTuningJobObjective"
HYPERBAND = f"{CONFIG}.StrategyConfig.HyperbandStrategyConfig"
CRITERIA = f"{CONFIG}.TuningJobCompletionCriteria"
DEFINITION = "TrainingJobDefinition"
ALGORITHM = f"{DEFINITION}.AlgorithmSpecification"
METRICS = f"{ALGORITHM}.MetricDefinitions"
STATIC = f"{DEFINITION}.StaticHyperParameters"
NAME = "HyperParameterTuningJobName"
PARENTS = "WarmStartConfig.ParentHyperParameterTuningJobs"

CIRCULATING = {
    "Strategy": "Hyperband",
    "HyperParameterTuningJobObjective": {
        "Type": "Maximize",
        "MetricName": "validation:accuracy",
    },
    "ResourceLimits": {"MaxNumberOfTrainingJobs": 50, "MaxParallelTrainingJobs": 5},
    "TrainingJobEarlyStoppingType": "Auto",
}


def changed(request, changes):
    """Return a copy with some dotted paths set to other values; None takes it out."""
    made = copy.deepcopy(request)
    for path, value in changes.items():
        *outer, last = path.split(".")
        target = made
        for name in outer:
            target = target.setdefault(name, {})
        target[last] = copy.deepcopy(value)
        if value is None:
            del target[last]
    return made


def numeric(name, low, high, scaling="Auto"):
    return {"Name": name, "MinValue": low, "MaxValue": high, "ScalingType": scaling}


def categorical(name, *values):
    return {"Name": name, "Values": list(values)}


def small_request(strategy="Random", **changes):
    """What the service takes and no more."""
    made = {
        NAME: "churn",
        CONFIG: {
            "Strategy": strategy,
            "HyperParameterTuningJobObjective": {
                "Type": "Minimize",
                "MetricName": "loss",
            },
            "ResourceLimits": {
                "MaxNumberOfTrainingJobs": 4,
                "MaxParallelTrainingJobs": 2,
            },
            "ParameterRanges": {
                "CategoricalParameterRanges": [
                    categorical("kernel", "rbf", "poly"),
                    categorical("units", "16", "32"),
                ]
            },
        },
        DEFINITION: {
            "AlgorithmSpecification": {
                "TrainingImage": "image",
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "loss", "Regex": r"loss=(\S+)"}],
            },
            "RoleArn": "arn:aws:iam::000000000000:role/tuning",
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/output"},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        },
    }
    if strategy == "Hyperband":
        made = changed(made, {HYPERBAND: {"MinResource": 1, "MaxResource": 9}})
    if strategy != "Grid":
        made = changed(made, {CONTINUOUS: [numeric("lr", "0.1", "1.0")]})
    return changed(made, changes)


def large_request():
    """One that has nearly every member which the service knows."""
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
    return small_request(
        "Hyperband",
        **{
            LIMITS: {
                "MaxNumberOfTrainingJobs": 50,
                "MaxParallelTrainingJobs": 5,
                "MaxRuntimeInSeconds": 3600,
            },
            INTEGER: [numeric("depth", "2", "12", "Logarithmic")],
            f"{CONFIG}.TrainingJobEarlyStoppingType": "Off",
            CRITERIA: {
                "TargetObjectiveMetricValue": 0.5,
                "BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 9},
                "ConvergenceDetected": {"CompleteOnConvergence": "Enabled"},
            },
            f"{CONFIG}.RandomSeed": 7,
            STATIC: {"epochs": "27", "optimizer": "adam"},
            f"{DEFINITION}.DefinitionName": "definition",
            f"{DEFINITION}.InputDataConfig": [
                {
                    "ChannelName": "train",
                    "DataSource": {
                        "S3DataSource": {
                            "S3DataType": "S3Prefix",
                            "S3Uri": "s3://bucket/train",
                            "S3DataDistributionType": "FullyReplicated",
                            "AttributeNames": ["a"],
                            "InstanceGroupNames": ["g"],
                        },
                        "FileSystemDataSource": {
                            "FileSystemId": "fs-0123456789",
                            "FileSystemAccessMode": "ro",
                            "FileSystemType": "EFS",
                            "DirectoryPath": "/data",
                        },
                    },
                    "ContentType": "text/csv",
                    "CompressionType": "None",
                    "RecordWrapperType": "None",
                    "InputMode": "File",
                    "ShuffleConfig": {"Seed": 1},
                }
            ],
            f"{DEFINITION}.VpcConfig": {
                "SecurityGroupIds": ["sg-1"],
                "Subnets": ["s-1"],
            },
            f"{DEFINITION}.OutputDataConfig": {
                "S3OutputPath": "s3://bucket/output",
                "KmsKeyId": "key",
                "CompressionType": "GZIP",
            },
            f"{DEFINITION}.ResourceConfig": {
                **resources,
                "VolumeSizeInGB": 5,
                "VolumeKmsKeyId": "key",
                "KeepAlivePeriodInSeconds": 60,
                "InstanceGroups": [{**resources, "InstanceGroupName": "g"}],
            },
            f"{DEFINITION}.HyperParameterTuningResourceConfig": {
                "AllocationStrategy": "Prioritized",
                "InstanceConfigs": [{**resources, "VolumeSizeInGB": 5}],
            },
            f"{DEFINITION}.StoppingCondition": {
                "MaxRuntimeInSeconds": 3600,
                "MaxWaitTimeInSeconds": 7200,
                "MaxPendingTimeInSeconds": 7200,
            },
            f"{DEFINITION}.EnableNetworkIsolation": False,
            f"{DEFINITION}.EnableInterContainerTrafficEncryption": True,
            f"{DEFINITION}.EnableManagedSpotTraining": True,
            f"{DEFINITION}.CheckpointConfig": {
                "S3Uri": "s3://bucket/checkpoints",
                "LocalPath": "/opt/ml/checkpoints",
            },
            f"{DEFINITION}.RetryStrategy": {"MaximumRetryAttempts": 2},
            f"{DEFINITION}.Environment": {"STAGE": "test"},
            PARENTS: [{NAME: "parent"}],
            "WarmStartConfig.WarmStartType": "TransferLearning",
            "Tags": [{"Key": "team", "Value": "a"}],
        },
    )


def places_in(value, path=()):
    """Every path into nested objects and lists."""
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, inner in items:
        yield (*path, key)
        yield from places_in(inner, (*path, key))


def holder_of(request, path):
    for key in path[:-1]:
        request = request[key]
    return request
