"""E-mail addresses, typed and spoken, and websites, which are none."""

import pytest

from companion.speech.addresses import mask_addresses


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("john.smith@example.com", "####.#####@#######.###"),
        ("<john@example.com>, or j@x.org.", "<####@#######.###>, or #@#.###."),
        ("john.smith at gmail.com", "#.# at #.#"),
        ("john dot smith at gmail dot com", "# dot # at # dot #"),
        ("it is john dot smith at gmail dot com thanks", "it is # dot # at # dot # thanks"),
        ("write to john smith at little shop dot co dot uk", "write to # # at # # dot # dot #"),
        ("it's the dot boss at gmail dot com", "it's # dot # at # dot #"),
        ("yes. john at gmail dot com", "yes. # at # dot #"),
        ("a n n a at acme dot com", "# # # # at # dot #"),
        ("at gmail dot com", "at # dot #"),
        ("juan guion bajo perez arroba correo punto es", "# guion bajo # arroba # punto #"),
        ("ann [at] acme [dot] com", "# [at] # [dot] #"),
        ("one at gmail dot com and two at gmail dot com", "# at # dot # and # at # dot #"),
        ("say to him that my friend bobby lee moore at gmail dot com knows", "say to him that my friend # # # at # dot # knows"),
    ],
)
def test_addresses_are_hidden(text: str, masked: str) -> None:
    assert mask_addresses(text) == masked


@pytest.mark.parametrize("text", ["I ordered at amazon dot com", "look at example.com", "@john said so", "at home. Then", "at dot com"])
def test_websites_and_names_stay(text: str) -> None:
    assert mask_addresses(text) == text
