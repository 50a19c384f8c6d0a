"""A modem at the end of a pseudo terminal, whose name is put as a link: sms-modem.py LINK

Takes SMS in PDU mode (3GPP TS 27.005, section 4.3: +CMGS, the PDU ended by Ctrl-Z) and prints each as JSON
as gammu decodes it: {"to", "text", "sms": how many parts it says to be of}.
"""
import json
import os
import sys
import tty

import gammu

answers = {b'CREG': '+CREG: 0,1', b'CSQ': '+CSQ: 20,0', b'CPIN?': '+CPIN: READY', b'CMGS': '+CMGS: 1'}


def say(master, *lines):
    for line in lines:
        os.write(master, f'\r\n{line}\r\n'.encode())


def show(pdu):
    message = gammu.DecodePDU(bytes.fromhex(pdu.decode()), True)
    # gammu's decoder adds a NUL for each escape.
    text = message['Text'].rstrip('\0')
    print(json.dumps({'to': message['Number'], 'text': text, 'sms': message['UDH']['AllParts']}), flush=True)


def main(link):
    master, slave = os.openpty()
    tty.setraw(slave)
    os.symlink(os.ttyname(slave), link)
    rest, wants_pdu = b'', False
    while True:
        rest += os.read(master, 4096)
        end = b'\x1a' if wants_pdu else b'\r'
        while end in rest:
            line, rest = rest.split(end, 1)
            if wants_pdu:
                show(line.strip())
                say(master, answers[b'CMGS'], 'OK')
            elif line.startswith(b'AT+CMGS='):
                os.write(master, b'\r\n> ')
            else:
                found = [answer for name, answer in answers.items() if name in line]
                say(master, *found, 'OK')
            wants_pdu = line.startswith(b'AT+CMGS=')
            end = b'\x1a' if wants_pdu else b'\r'


main(sys.argv[1])
