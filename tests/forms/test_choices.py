"""Boxes to tick, driven as a front end drives them."""

from amt_magic.forms.choices import Choice, Choices

OFFERED = [Choice(name, name, True) for name in "abc"]


def test_boxes_keep_their_identity_while_the_names_are_the_same():
    choices = Choices(most=2)
    choices.show(OFFERED, ())
    before = choices.children

    choices.show([each._replace(label="other") for each in OFFERED], ("a",))

    assert choices.children == before
    assert choices.value == ("a",)
    assert choices.children[0].description == "other"


def test_value_has_the_names_in_the_order_of_ticking():
    choices = Choices(most=3)
    choices.show(OFFERED, ())
    told = []
    choices.observe(lambda change: told.append(change["new"]), "value")

    choices.children[2].value = True
    choices.children[0].value = True
    choices.children[2].value = False

    assert told == [("c",), ("c", "a"), ("a",)]


def test_at_the_most_what_is_ticked_can_be_cleared_and_nothing_else_ticked():
    choices = Choices(most=2)

    choices.show(OFFERED, ("b", "c"))

    assert [box.disabled for box in choices.children] == [True, False, False]


def test_what_is_not_offered_can_be_cleared_and_not_ticked():
    gone = OFFERED[0]._replace(is_offered=False)
    choices = Choices(most=2)

    choices.show([gone], ("a",))
    assert not choices.children[0].disabled
    choices.show([gone], ())
    assert choices.children[0].disabled
