"""What a random draw is for: the third word of its address.

Each purpose is a number of its own for ever. Adding one changes no existing draw;
changing one changes every draw made under it.
"""

CUSTOMER_TRAITS = 1
REP_TRAITS = 3
REP_STATES = 4
ENQUIRY = 5
ISSUE = 6
PERCEPTION = 7
CALL = 8
TURN = 9
AFTERMATH = 10
SUPERIOR = 11
FOLLOW_UP = 12
TELLING = 13
MONTH = 14
ENTRY = 15
TIES = 16
REWIRING = 17
ABSENCE = 18
TRAINING_DAY = 19
QUITTING = 20
HIRING = 21
SURVEY_SAMPLE = 22
SURVEY_ANSWER = 23
SURVEY_NOISE = 24
CORE_ARRIVAL = 25
CORE_SERVICE = 26
REDIAL = 27
JOINING = 28
