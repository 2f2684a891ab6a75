"""A tuning job with all that a config can have, and training jobs of every kind."""

import math
from datetime import UTC, datetime

from amt_magic.config import (
    CompletionCriteria,
    HyperbandStrategyConfig,
    Objective,
    ResourceLimits,
    TuningJobConfig,
    WarmStart,
)
from amt_magic.jobs import (
    Report,
    TrainingJob,
    TrainingJobStatus,
    TuningJobRecord,
    TuningJobStatus,
)
from amt_magic.ranges import (
    CategoricalParameter,
    ContinuousParameter,
    IntegerParameter,
)

SUBMITTED = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
SECONDS = SUBMITTED.timestamp()
KILLED = "killed by SIGKILL, from outside or because memory ran out"
KEPT = {  # what a request for a cloud has, and a laptop no use for
    "Tags": [{"Key": "team", "Value": "churn"}],
    "TrainingJobDefinition": {
        "DefinitionName": "forest",
        "RoleArn": "arn:aws:iam::123456789012:role/tuning",
        "AlgorithmSpecification": {
            "TrainingImage": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/forest:1",
            "TrainingInputMode": "FastFile",
        },
        "InputDataConfig": [
            {
                "ChannelName": "training",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": "s3://churn/training",
                    }
                },
            }
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://churn/models"},
        "ResourceConfig": {
            "InstanceType": "ml.g5.xlarge",
            "InstanceCount": 2,
            "VolumeSizeInGB": 50,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
        "EnableManagedSpotTraining": True,
        "Environment": {"LEVEL": "debug"},
    },
}


def config(**changes):
    given = {
        "strategy": "Hyperband",
        "objective": Objective(type="Maximize", metric_name="validation:accuracy"),
        "ranges": {
            "lr": ContinuousParameter(1e-4, 1, "Logarithmic"),
            "depth": IntegerParameter(2, 12),
            "kernel": CategoricalParameter("rbf", "1", None, (64, 32)),
        },
        "resource_limits": ResourceLimits(
            max_number_of_training_jobs=50,
            max_parallel_training_jobs=5,
            max_runtime_in_seconds=600,
        ),
        "strategy_config": HyperbandStrategyConfig(max_resource=27),
        "completion_criteria": CompletionCriteria(
            target_objective_metric_value=0.9,
            max_number_of_training_jobs_not_improving=10,
            complete_on_convergence=True,
        ),
        "warm_start": WarmStart(parents=("old",), type="TransferLearning"),
        "static_hyperparameters": {"epochs": 27},
        "max_retries": 2,
        "random_seed": 0,
    }
    return TuningJobConfig(**{**given, **changes})


def plain(**changes):
    """A config of Random search that has little but what it must have."""
    given = {
        "strategy": "Random",
        "strategy_config": None,
        "warm_start": None,
        "completion_criteria": CompletionCriteria(),
        "resource_limits": ResourceLimits(),
        "max_retries": 0,
        "random_seed": None,
    }
    return config(**{**given, **changes})


def record(**changes):
    given = {
        "name": "Churn",
        "config": config(),
        "status": TuningJobStatus.COMPLETED,
        "created_at": SECONDS,
        "modified_at": SECONDS + 90,
        "ended_at": SECONDS + 90,
        "seconds_run": 89.7,
    }
    return TuningJobRecord(**{**given, **changes})


def training_job(index, status="Completed", values=(), **changes):
    reports = [
        Report(index=index, resource=place, value=value, time=SECONDS)
        for place, value in enumerate(values, 1)
    ]
    given = {
        "name": f"Churn-{index:03}-0a1b2c3d",
        "hyperparameters": {"lr": 0.01, "depth": 3, "kernel": "1"},
        "status": TrainingJobStatus(status),
        "reports": reports,
        "created_at": SECONDS,
    }
    return TrainingJob(index=index, **{**given, **changes})


TRAINING_JOBS = [
    training_job(1, "Completed", [0.5, 0.8], started_at=SECONDS, ended_at=SECONDS + 9),
    training_job(2, "Stopped", [0.9, 0.7], stop_reason="median"),
    training_job(3, "Failed", [0.99], failure_reason="boom" * 1000),
    training_job(4, "Completed", [0.95, math.nan]),
    training_job(5, "Completed"),
    training_job(6, "InProgress", [0.99]),
    training_job(7, "Stopping"),
]
