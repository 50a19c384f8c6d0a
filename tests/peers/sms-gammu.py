"""What gammu makes of texts: a JSON array on standard input, one of [SMS, text that arrives] on standard output.

Each question is [text, unicode]: `unicode` asks for UCS-2 instead of the GSM alphabet.
"""
import json
import sys

import gammu


def asked(text, unicode):
    entry = {'ID': 'ConcatenatedTextLong', 'Buffer': text}
    messages = gammu.EncodeSMS({'Class': -1, 'Unicode': unicode, 'Entries': [entry]})
    arrived = ''
    for message in messages:
        message.update({'SMSC': {'Location': 1}, 'Number': '+15550100'})
        # Its decoder adds a NUL for each escape.
        arrived += gammu.DecodePDU(gammu.EncodePDU(message, 'Submit'))['Text'].rstrip('\0')
    return [len(messages), arrived]


answers = [asked(*question) for question in json.load(sys.stdin)]
json.dump(answers, sys.stdout)
