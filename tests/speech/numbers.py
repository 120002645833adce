"""Numbers and addresses as people of several countries write and say them, and what looks like them and is none.

The cards are the payment networks' own test numbers, the IBANs those of the registry's examples; phones are of ranges kept for fiction
where there are such. `python -m tests.speech.numbers` prints how many are masked, for docs/privacy.md.
"""

from companion.speech.masking import Masking

HIDDEN = {
    "card": {
        "Visa": "4111 1111 1111 1111",
        "Visa, in one": "4111111111111111",
        "Visa, with dashes": "4012-8888-8888-1881",
        "Visa of 13": "4222222222222",
        "Visa, with commas": "4111, 1111, 1111, 1111",
        "Mastercard": "5555 5555 5555 4444",
        "Mastercard of the 2 series": "2223 0031 2200 3222",
        "American Express": "3782 822463 10005",
        "American Express, in one": "371449635398431",
        "Discover": "6011 1111 1111 1117",
        "Diners": "3056 930902 5904",
        "JCB": "3530111333300000",
        "UnionPay of 19": "6205 5000 0000 0000 004",
        "misheard": "4111 1111 1111 1112",
        "its last four": "card ending in 2012",
        "its code": "CVV 123",
        "its code, in a sentence": "the security code is 737",
    },
    "account": {
        "Germany": "DE89 3704 0044 0532 0130 00",
        "United Kingdom": "GB29 NWBK 6016 1331 9268 19",
        "France": "FR14 2004 1010 0505 0001 3M02 606",
        "Spain": "ES91 2100 0418 4502 0005 1332",
        "Netherlands": "NL91ABNA0417164300",
        "Netherlands, typed small": "nl91abna0417164300",
        "Norway": "NO93 8601 1117 947",
        "Poland": "PL61 1090 1014 0000 0712 1981 2874",
        "Switzerland": "CH93 0076 2011 6238 5295 7",
        "sort code": "20-45-45",
        "account number": "account number is 31926819",
        "social security": "078-05-1120",
        "social security, by name": "social security number 078051120",
    },
    "phone": {
        "United States": "(212) 555-0142",
        "United States, with dots": "212.555.0142",
        "United States, with an extension": "212-555-0142 ext. 731",
        "United States, toll free": "1-800-555-0199",
        "United States, local": "555-0142",
        "United States, abroad": "+1 212 555 0142",
        "United Kingdom": "020 7946 0958",
        "United Kingdom, mobile": "07700 900123",
        "United Kingdom, abroad": "+44 (0)20 7946 0958",
        "Germany": "030 23125 123",
        "Germany, abroad": "0049 30 23125123",
        "France": "01 99 00 12 34",
        "France, with dots": "01.99.00.12.34",
        "Spain": "612 345 678",
        "Spain, in pairs": "912 34 56 78",
        "Italy": "+39 06 9876 5432",
        "Netherlands": "06-12345678",
        "Brazil": "(11) 96123-4567",
        "India": "+91 98765 43210",
        "Australia": "0491 570 156",
        "Mexico": "+52 55 1234 5678",
        "Japan": "03-1234-5678",
        "by its name": "my phone is 5550142",
    },
    "email": {
        "typed": "john.smith@example.com",
        "with a tag": "john+orders@mail.example.co.uk",
        "with digits": "j_smith1984@example.org",
        "in brackets": "john.smith (at) example (dot) com",
        "half typed": "john.smith at gmail.com",
        "spoken": "john dot smith at gmail dot com",
        "spoken, two words": "my email is mary ann smith at outlook dot com",
        "spoken, underscore": "mary underscore jones at proton dot me",
        "spelled": "d a n i e l at gmail dot com",
        "with numbers": "daniel four seven at hotmail dot co dot uk",
        "a company's": "you can write to me at, uh, ann at little shop dot com",
        "a company's, with a dash": "ann dot lee at t-online dot de",
        "Spanish": "mi correo es juan punto pérez arroba empresa punto es",
    },
    "spoken": {
        "four": "four one one one",
        "a card": "four one one one one one one one one one one one one one one one",
        "a card in pairs": "forty one eleven eleven eleven",
        "a card's last": "card ending in twenty twenty four",
        "a card's code": "the security code is one two three",
        "a PIN in pairs": "my pin is twelve thirty four",
        "double": "double seven oh five",
        "triple": "oh seven triple nine",
        "with a pause": "it is four five uh six seven",
        "a phone": "oh seven nine four six double five",
        "a piece of one": "five five five",
        "a birthday": "I was born in nineteen eighty four",
        "Spanish": "cuatro uno uno uno",
        "Spanish, double": "seis doble siete cero cinco",
        "Spanish, in pairs": "seiscientos doce treinta y cuatro cincuenta y seis setenta y ocho noventa",
    },
    "digits": {
        "a PIN": "my pin is 1234",
        "a PIN that looks like a year": "my pin is 2019",
        "a short secret": "the code is 123",
        "a bare year": "2019",
        "an order": "AB12345",
        "a ZIP code": "90210",
        "a customer's number": "100384756",
        "a birthday": "born on 4 March 1980",
        "a birthday of this century": "my date of birth is 04/03/2001",
        "a date long ago": "04/03/1980",
        "the same, sorted": "1980-03-04",
    },
}
"""Texts of which no digit (or, where spoken, no number's word) must stay, by kind and what they are."""

STAYS = """
it costs $1,299.00
1,299 people
1299 euros
€ 2500
€1.299,00
1.299,00 €
1 299,00 €
12 500 €
CHF 1'299.00
R$ 1.299,90
£1500 a month
4500 pesos
USD 12000
USD 1299 and EUR 1399
it was 49.90
49,90 de más
1234.56
2.5 million
at 10:30
10:30-11:30
10.30-11.30
9.30 - 11.00 tomorrow
it rang at 10:30:15
2:30pm
0900 hours
14h30
in 10-14 days
24-48 hours
in 30 40 minutes
1500 minutes
10000 steps
5000 people
1200 customers
2000-3000 times
300-500 people or 100-150
in your account 10-14 days from now
10 30 am
10 working days
1500 business hours
about 1500
more than 10000
a 1500 watts kettle
3000 mbps
1080p
12k
the 21st
my 1000th call
iPhone 15
flight BA2490
flight #4354
Windows 11
model XR 1500
version 10.0.19045
iOS 11.0.3
error code 1067
error 5003
I paid 50. 30 days ago
number 123
my account since 2019
my card was declined in 2023
1, 2, 3 and 4
24/7
50/50
1 of 2
on 21/11
on 21/11/2026
11/21/2026
21.11.26
2026-11-21
on 2026-11-21 at 10:30
21 November 2026
November 21, 2026
in March 2019
on the fourth of May 2020
in 2024
since 1998
from 2019 to 2021
before 2020
en marzo de 2019
desde 2019
nine to eleven
in three to five days
between nine and eleven
nineteen ninety nine
since nineteen ninety nine
twenty twenty six
nine thirty five
twenty four seven
it is one two three
double seven
one two three o'clock
two hundred and fifty three
five thousand people
someone will call one of you
for one thing, two of them
dos o tres días
uno o dos o tres
once in three or four years
entre treinta y cuarenta
veinticuatro horas
I ordered at amazon dot com
look at example dot com
I'm at home. Come over
at booking.com it said yes
dot the letters at noon
follow me @john
""".strip().splitlines()
"""What is masked by nothing."""

_WORDS = frozenset(
    "zero oh one two three four five six seven eight nine twelve twenty thirty forty eleven eighty nineteen "
    "uno seis cero treinta gmail smith".split()
)


def shows(text: str) -> bool:
    """Whether a digit, a number's word or a part of an address is still to be read."""
    return any(map(str.isdigit, text)) or bool(_WORDS & set(text.split()))


if __name__ == "__main__":
    masking = Masking()
    for kind, texts in HIDDEN.items():
        print(f"{kind:8} {sum(not shows(masking.text(text)) for text in texts.values())} of {len(texts)} masked")
    print(f"{sum(masking.text(text) != text for text in STAYS)} of {len(STAYS)} masked that are none")
