"""Numbers in figures: what each is taken for, alone and beside others."""

import pytest

from companion.speech.figures import luhn, mask_figures

CARD, ACCOUNT, PHONE, DIGITS = ({kind} for kind in ("card", "account", "phone", "digits"))


@pytest.mark.parametrize(
    ("number", "good"), [("4111111111111111", True), ("4111111111111112", False), ("378282246310005", True), ("0", True)]
)
def test_the_last_digit_of_a_card_checks_the_others(number: str, good: bool) -> None:
    assert luhn(number) == good


@pytest.mark.parametrize(
    ("text", "kinds", "masked"),
    [
        ("4111 1111 1111 1111 or 4012-8888-8888-1881", CARD, "#### #### #### #### or ####-####-####-####"),
        ("411111111111111", DIGITS, "###############"),
        ("4111,1111,1111,1111", CARD, "####,####,####,####"),
        ("$4111111111111111", CARD, "$################"),
        ("a tracking number of 22: 9400110898825022579493", CARD, "a tracking number of 22: ######################"),
        ("card 1234, account 1234, tel 1234, pin 1234", CARD, "card ####, account 1234, tel 1234, pin 1234"),
        ("card 1234, account 1234, tel 1234, pin 1234", ACCOUNT, "card 1234, account ####, tel 1234, pin 1234"),
        ("card 1234, account 1234, tel 1234, pin 1234", PHONE, "card 1234, account 1234, tel ####, pin 1234"),
        ("card 1234, account 1234, tel 1234, pin 1234", DIGITS, "card 1234, account 1234, tel 1234, pin ####"),
        ("ES91 2100 0418 4502 0005 1332 call me", ACCOUNT, "#### #### #### #### #### #### call me"),
        ("DE89 3704 0044 0532 0130 01", ACCOUNT, "#### #### #### #### #### ##"),
        ("in24 hours from now they sold 1000 items", ACCOUNT, "in24 hours from now they sold 1000 items"),
        ("de89 3704 0044 0532 0130 01", ACCOUNT, "de89 3704 0044 0532 0130 01"),
        ("de89 3704 0044 0532", DIGITS, "de## #### #### ####"),
        ("XX89 3704 0044 0532 0130 00", CARD, "XX## #### #### #### #### ##"),
        ("call 1-800-555-1212 now", PHONE, "call #-###-###-#### now"),
        ("(020) 7946 0958", PHONE, "(###) #### ####"),
        ("212-555-0142x731", PHONE, "###-###-####x###"),
        ("that is 20.00 1234", DIGITS, "that is ##.## ####"),
        ("123456789012 euros", DIGITS, "############ euros"),
        ("pin 1234 people", DIGITS, "pin #### people"),
        ("the secret 1234 secrets", DIGITS, "the secret #### secrets"),
        ("my pin is 1234 am I right", DIGITS, "my pin is #### am I right"),
        ("1234 am I right", DIGITS, "#### am I right"),
        ("it is 1234 working again", DIGITS, "it is #### working again"),
        ("order 123456 $20", DIGITS, "order ###### $20"),
        ("set it to 2019", DIGITS, "set it to ####"),
        ("my pin is 12-34, the code 482-913", DIGITS, "my pin is ##-##, the code ###-###"),
        ("it says 482-913", DIGITS, "it says ###-###"),
        ("customer 12345 calls", DIGITS, "customer ##### calls"),
        ("code 1234 second attempt", DIGITS, "code #### second attempt"),
        ("card 1234 times, card 10-14 days", CARD, "card #### times, card 10-14 days"),
        ("card ending in 2012", CARD, "card ending in ####"),
        ("it ends in 2012", DIGITS, "it ends in ####"),
        ("my pin is since 2012", DIGITS, "my pin is since ####"),
        ("04/03/80 or 04/03/26", DIGITS, "##/##/## or 04/03/26"),
        ("born 2001-03-04, a customer since 2001-03-04", DIGITS, "born ####-##-##, a customer since 2001-03-04"),
        ("4 March 1980", DIGITS, "# March ####"),
        ("code 12 or code 123", DIGITS, "code 12 or code ###"),
        ("٤١١١", DIGITS, "####"),
    ],
)
def test_a_figure_is_hidden_by_its_kind(text: str, kinds: set[str], masked: str) -> None:
    assert mask_figures(text, kinds) == masked
