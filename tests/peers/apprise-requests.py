"""What apprise would send to services, without sending: addresses as a JSON array on standard input, one
request each on standard output: {"url", "headers", "body"}.
"""
import json
import sys
from unittest import mock

import apprise
import requests


def asked(address):
    """The request of one address."""
    answer = mock.Mock(status_code=200, content=b'{"status": 1}')
    with mock.patch('requests.post', return_value=answer) as post:
        service = apprise.Apprise.instantiate(address)
        service.request_rate_per_sec = 0
        service.notify(title='disk full', body='/var on web1', notify_type='failure')
    args, kwargs = post.call_args
    auth = kwargs.get('auth')
    prepared = requests.Request(
        'POST',
        args[0],
        headers=kwargs.get('headers'),
        data=kwargs.get('data'),
        params=kwargs.get('params'),
        auth=tuple(auth) if auth else None,
    ).prepare()
    body = prepared.body
    return {
        'url': prepared.url,
        'headers': {name.lower(): str(value) for name, value in prepared.headers.items()},
        'body': body.decode() if isinstance(body, bytes) else body,
    }


json.dump([asked(address) for address in json.load(sys.stdin)], sys.stdout)
