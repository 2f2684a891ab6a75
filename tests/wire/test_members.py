"""Members of a request, held to the service's model and to botocore's reading of it."""

import copy

import botocore.session
import pytest
from botocore.validate import ParamValidator

from amt_magic.wire.members import LEAST_HERE, MemberReader, service_model
from amt_magic.wire.service_faults import service_path
from tests.wire.whole_requests import (
    CATEGORICAL,
    CONFIG,
    CONTINUOUS,
    CRITERIA,
    DEFINITION,
    LIMITS,
    NAME,
    STATIC,
    changed,
    holder_of,
    large_request,
    places_in,
    small_request,
)

DAMAGES = (None, True, -1, 0, 5, 1.5, "", "x", "x" * 3000, [], {}, [None], {"a": None})
SERVICE = botocore.session.get_session().get_service_model("sagemaker")
SHAPE = SERVICE.operation_model("CreateHyperParameterTuningJob").input_shape


def read(request, strict=False):
    reader = MemberReader(strict=strict)
    copied = reader.read(request)
    return copied, reader


def faults_of(request, strict=False):
    return [str(fault) for fault in read(request, strict)[1].faults]


def sentences_of(request, strict=False):
    return [fault.sentence for fault in read(request, strict)[1].faults]


def botocore_refuses(request):
    return ParamValidator().validate(request, SHAPE).has_errors()


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("request_", [small_request(), large_request()])
def test_what_the_service_takes_has_no_fault_and_is_copied_as_it_is(request_, strict):
    copied, reader = read(request_, strict)

    assert reader.faults == []
    assert copied == request_
    assert not botocore_refuses(request_)


def test_strict_refuses_whatever_botocore_refuses():
    whole = large_request()
    refused = 0

    for path in places_in(whole):
        for damage in (*DAMAGES, "taken out"):
            request = copy.deepcopy(whole)
            holder = holder_of(request, path)
            if damage == "taken out":
                del holder[path[-1]]
            else:
                holder[path[-1]] = copy.deepcopy(damage)
            if botocore_refuses(request):
                refused += 1
                assert read(request, strict=True)[1].faults, (path, damage)

    assert refused > 500


def test_strict_refuses_every_member_that_botocore_does_not_know():
    whole = large_request()
    refused = 0

    for path in [(), *places_in(whole)]:
        request = copy.deepcopy(whole)
        holder = holder_of(request, (*path, "Unknown"))
        if isinstance(holder, dict):
            holder["Unknown"] = "x"
        if botocore_refuses(request):
            refused += 1
            assert read(request, strict=True)[1].faults, path

    assert refused > 30


def test_the_table_has_the_members_types_and_requirements_of_botocores_model():
    ours, found = service_model(), set()

    def compare(shape, name):
        if name in found:
            return
        found.add(name)
        entry = ours[name]
        assert entry["type"] == {"long": "integer"}.get(
            shape.type_name, shape.type_name
        )
        if shape.type_name == "structure":
            known = shape.members.keys() & entry["members"].keys()
            assert set(shape.required_members) == set(entry.get("required", ()))
            for member in known:
                compare(shape.members[member], entry["members"][member])
        elif shape.type_name == "list":
            compare(shape.member, entry["item"])

    compare(SHAPE, "CreateHyperParameterTuningJobRequest")

    assert len(found) > 90


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (
            f"{LIMITS}.MaxParallelTrainingJobs",
            0,
            "Value '0' at 'hyperParameterTuningJobConfig.resourceLimits."
            "maxParallelTrainingJobs' failed to satisfy constraint: Member must have "
            "value greater than or equal to 1",
        ),
        (
            f"{LIMITS}.MaxRuntimeInSeconds",
            15_768_001,
            "Value '15768001' at 'hyperParameterTuningJobConfig.resourceLimits."
            "maxRuntimeInSeconds' failed to satisfy constraint: Member must have value "
            "less than or equal to 15768000",
        ),
        (
            NAME,
            "a" * 33,
            f"Value '{'a' * 33}' at 'hyperParameterTuningJobName' failed to satisfy "
            "constraint: Member must have length less than or equal to 32",
        ),
        (
            NAME,
            "a_b",
            "Value 'a_b' at 'hyperParameterTuningJobName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: "
            "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}",
        ),
        (
            f"{CONFIG}.Strategy",
            "Randm",
            "Value 'Randm' at 'hyperParameterTuningJobConfig.strategy' failed to "
            "satisfy constraint: Member must satisfy enum value set: "
            "[Bayesian, Random, Hyperband, Grid]",
        ),
        (
            CATEGORICAL,
            [{"Name": "kernel", "Values": []}],
            "Value '[]' at 'hyperParameterTuningJobConfig.parameterRanges."
            "categoricalParameterRanges.1.member.values' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1",
        ),
        (
            f"{DEFINITION}.VpcConfig.Subnets",
            ["s-1", "s_2"],
            "Value 's_2' at 'trainingJobDefinition.vpcConfig.subnets.2.member' failed "
            "to satisfy constraint: Member must satisfy regular expression pattern: "
            "[-0-9a-zA-Z]+",
        ),
        (
            STATIC,
            {"note": "x" * 2501},
            f"Value '{'x' * 199}…' at 'trainingJobDefinition.staticHyperParameters' "
            "failed to satisfy constraint: Map value must satisfy constraint: [Member "
            "must have length less than or equal to 2500, Member must satisfy regular "
            "expression pattern: .*]",
        ),
        (
            f"{DEFINITION}.Environment",
            {"1st": "x"},
            "Value '1st' at 'trainingJobDefinition.environment' failed to satisfy "
            "constraint: Map keys must satisfy constraint: [Member must have length "
            "less than or equal to 512, Member must satisfy regular expression "
            "pattern: [a-zA-Z_][a-zA-Z0-9_]*]",
        ),
        (
            f"{DEFINITION}.EnableNetworkIsolation",
            "yes",
            "Value 'yes' at 'trainingJobDefinition.enableNetworkIsolation' failed to "
            "satisfy constraint: Member must be true or false",
        ),
    ],
)
def test_a_broken_constraint_is_told_as_the_service_tells_it(path, value, sentence):
    request = changed(large_request(), {path: value})

    assert sentences_of(request) == [sentence]


def test_a_fault_has_amazons_path_the_rule_and_the_value_as_data():
    request = changed(small_request(), {f"{LIMITS}.MaxParallelTrainingJobs": 0})

    (fault,) = read(request)[1].faults

    assert fault.field == f"{LIMITS}.MaxParallelTrainingJobs"
    assert (fault.rule, fault.given) == ("must be at least 1", "0")


@pytest.mark.parametrize(
    ("missing", "path"),
    [
        (f"{DEFINITION}.RoleArn", "trainingJobDefinition.roleArn"),
        (f"{DEFINITION}.StoppingCondition", "trainingJobDefinition.stoppingCondition"),
        (NAME, "hyperParameterTuningJobName"),
        (f"{CONFIG}.Strategy", "hyperParameterTuningJobConfig.strategy"),
        (
            f"{LIMITS}.MaxParallelTrainingJobs",
            "hyperParameterTuningJobConfig.resourceLimits.maxParallelTrainingJobs",
        ),
        (
            f"{DEFINITION}.AlgorithmSpecification.TrainingInputMode",
            "trainingJobDefinition.algorithmSpecification.trainingInputMode",
        ),
    ],
)
def test_what_only_a_cloud_requires_is_required_under_strict_alone(missing, path):
    request = changed(small_request(), {missing: None})

    lenient, strict = sentences_of(request), sentences_of(request, strict=True)

    assert lenient == []
    assert strict == [
        f"Value null at '{path}' failed to satisfy constraint: Member must not be null"
    ]


def test_what_an_object_cannot_do_without_is_required_always():
    request = changed(large_request(), {"Tags": [{"Key": "team"}]})

    assert faults_of(request) == ["Tags[0].Value must be given"]


def test_a_null_is_a_fault():
    request = small_request()
    request[CONFIG]["RandomSeed"] = None

    copied, reader = read(request)

    assert [str(fault) for fault in reader.faults] == [
        f"{CONFIG}.RandomSeed must not be null; leave it out"
    ]
    assert "RandomSeed" not in copied[CONFIG]


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        (
            f"{CONFIG}.ResourceLimit",
            f"{CONFIG}.ResourceLimit is not a member; did you mean ResourceLimits?",
        ),
        (
            f"{DEFINITION}.RoleARN",
            f"{DEFINITION}.RoleARN is not a member; did you mean RoleArn?",
        ),
        ("Strategy", f"Strategy is not a member; it belongs into {CONFIG}"),
        ("Qqq", "Qqq is not a member"),
    ],
)
def test_an_unknown_member_names_the_nearest(path, fault):
    assert faults_of(changed(small_request(), {path: "x"})) == [fault]


def test_numbers_and_bools_are_taken_as_text_and_told():
    request = small_request(
        **{
            CONTINUOUS: [{"Name": "lr", "MinValue": 1e-4, "MaxValue": 1}],
            STATIC: {"epochs": 27, "nesterov": True},
            "Tags": [{"Key": "team", "Value": 5}],
        }
    )

    copied, reader = read(request)

    assert reader.faults == []
    assert copied[CONFIG]["ParameterRanges"]["ContinuousParameterRanges"] == [
        {"Name": "lr", "MinValue": "0.0001", "MaxValue": "1"}
    ]
    assert copied[DEFINITION]["StaticHyperParameters"] == {
        "epochs": "27",
        "nesterov": "true",
    }
    assert copied["Tags"] == [{"Key": "team", "Value": "5"}]
    assert reader.taken == [
        f"{CONTINUOUS}[0].MinValue",
        f"{CONTINUOUS}[0].MaxValue",
        f"{STATIC}['epochs']",
        f"{STATIC}['nesterov']",
        "Tags[0].Value",
    ]


def test_a_number_is_no_text_under_strict():
    request = small_request(**{STATIC: {"epochs": 27}})

    assert faults_of(request, strict=True) == [
        f"{STATIC}['epochs'] must be a string (got 27)"
    ]


@pytest.mark.parametrize("given", [[64, 32], {"a": 1}])
def test_a_list_or_an_object_is_no_text_at_all(given):
    (fault,) = faults_of(small_request(**{STATIC: {"layers": given}}))

    assert fault.startswith(f"{STATIC}['layers'] must be a string")


@pytest.mark.parametrize(
    ("path", "most_refused"),
    [
        (f"{LIMITS}.MaxRuntimeInSeconds", 119),
        (
            f"{CRITERIA}.BestObjectiveNotImproving.MaxNumberOfTrainingJobsNotImproving",
            2,
        ),
    ],
)
def test_bounds_that_protect_a_cloud_are_those_of_strict(path, most_refused):
    assert faults_of(small_request(**{path: 1})) == []
    assert faults_of(small_request(**{path: 0}))
    assert faults_of(small_request(**{path: most_refused}), strict=True)
    assert not faults_of(small_request(**{path: most_refused + 1}), strict=True)


def test_lower_bounds_are_relaxed_of_shapes_that_exist():
    assert LEAST_HERE.keys() <= service_model().keys()


def test_text_may_have_several_lines_except_under_strict():
    request = small_request(**{STATIC: {"note": "a\nb"}})

    assert faults_of(request) == []
    assert faults_of(request, strict=True)


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("Tags[0].Key", "tags.1.member.key"),
        (f"{STATIC}['a.B[0]']", "trainingJobDefinition.staticHyperParameters"),
        (f'{STATIC}["it\'s"]', "trainingJobDefinition.staticHyperParameters"),
        ("A.S3Uri", "a.s3Uri"),
    ],
)
def test_paths_are_written_as_the_service_writes_them(path, written):
    assert service_path(path) == written
