"""What every error of this project has in common: one sentence, and then the remedy as another."""

import pytest

from vc_issuer.errors import VcIssuerError


@pytest.mark.parametrize("message", ["the keys are not at hand", "the keys are not at hand."])
def test_message_and_remedy_are_two_sentences(message):
    assert str(VcIssuerError(message, remedy="Give its did.json.")) == "the keys are not at hand. Give its did.json."


def test_a_message_alone_stays_as_it_is():
    assert str(VcIssuerError("the keys are not at hand")) == "the keys are not at hand"
