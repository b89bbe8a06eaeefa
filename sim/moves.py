"""The moves of a conversation, and the words for what a contact can be and become."""

LISTEN = 0
ACKNOWLEDGE = 1
LET_VENT = 2
APOLOGISE = 3
ASK = 4
EXPLAIN = 5
OFFER = 6
OFFER_CHOICE = 7
HOLD_BOUNDARY = 8
WARN = 9
END_CONTACT = 10
ESCALATE = 11
ARGUE = 12
INTERRUPT = 13
DEFLECT = 14
PASS_THE_BUCK = 15

MOVES = 16
MOVE_NAMES = (
    "listen",
    "acknowledge",
    "let_vent",
    "apologise",
    "ask",
    "explain",
    "offer",
    "offer_choice",
    "hold_boundary",
    "warn",
    "end_contact",
    "escalate",
    "argue",
    "interrupt",
    "deflect",
    "pass_the_buck",
)

# What an open matter is about.
NOTHING = 0
ENQUIRY = 1
ISSUE = 2
MATTERS = ("nothing", "enquiry", "issue")

# What an issue arose from; also the index into issue rates and contact reasons.
PRODUCT = 0
DELAY = 1
MISUNDERSTANDING = 2
ISSUE_KINDS = ("product", "delay", "misunderstanding")

# The tone of a customer's turn.
CIVIL = 0
PRESSING = 1
ABUSIVE = 2
TONES = ("civil", "pressing", "abusive")

# How a conversation ended.
OPEN = 0
RESOLVED = 1
UNRESOLVED = 2
ESCALATED = 3
ENDED_BY_REP = 4
HUNG_UP = 5
ENDINGS = ("open", "resolved", "unresolved", "escalated", "ended_by_rep", "hung_up")

# How a contact ended in which there was no conversation over an issue: nobody answered, or
# the company called back and settled what was open, or only noted the reason.
ABANDONED = 6
MENDED = 7
NOTED = 8
OUTCOMES = (*ENDINGS, "abandoned", "mended", "noted")

# What an entry in the day's agenda is, and so at which stage a contact is.
CALL = 0
AT_SUPERIOR = 1
CALL_BACK = 2
STAGES = ("floor", "superior", "call back")
