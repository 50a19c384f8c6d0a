import { describe, expect, it } from 'vitest';
import { createRedaction, redactionNote } from './redact.ts';
import type { Redactable } from './redactable.ts';

const redacted = (text: string, ...classes: Redactable[]): string => createRedaction(classes).text(text);

const jwt =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
const github = `ghp_${'aB3dE6gH9j'.repeat(4).slice(0, 36)}`;
const slack = ['xoxb', '123456789012', '1234567890123', 'AbCdEfGhIjKlMnOpQrStUvWx'].join('-');
const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq\nx0+/w==\n-----END RSA PRIVATE KEY-----';
const hex = '9f86d081884c7d659a2feaa0c55ad015';

describe('secrets', () => {
  it.each([
    ['password=hunter2', 'password=[secret]'],
    ['login user=bob password=hunter2 host=web1', 'login user=bob password=[secret] host=web1'],
    ['passwd: s3cr3t!', 'passwd: [secret]'],
    ['Password: "correct horse battery staple"', 'Password: "[secret]"'],
    [`passphrase='it is me'`, `passphrase='[secret]'`],
    ['DB_PASSWORD=abc123 NODE_ENV=production', 'DB_PASSWORD=[secret] NODE_ENV=production'],
    ['spring.datasource.password = p@ss/w0rd', 'spring.datasource.password = [secret]'],
    ['{"user":"bob","password":"hunter2","ok":true}', '{"user":"bob","password":"[secret]","ok":true}'],
    [String.raw`{"msg":"{\"password\":\"hunter2\"}"}`, String.raw`{"msg":"{\"password\":\"[secret]\"}"}`],
    ["{'token': 'abc', 'n': 1}", "{'token': '[secret]', 'n': 1}"],
    ['params: {password => hunter2, user => bob}', 'params: {password => [secret], user => bob}'],
    [
      'GET /login?user=bob&password=hunter2&next=/ HTTP/1.1',
      'GET /login?user=bob&password=[secret]&next=/ HTTP/1.1',
    ],
    ['GET /cb?access_token=ya29.a0AfH6SMBx&state=1', 'GET /cb?access_token=[secret]&state=1'],
    ['(password=hunter2)', '(password=[secret])'],
    ['password=a,b;c', 'password=[secret]'],
    ['password=a, user=bob', 'password=[secret], user=bob'],
    ['password=hunter2,user=bob', 'password=[secret],user=bob'],
    ['clientSecret: 8Q~x.1-abcDEF', 'clientSecret: [secret]'],
    ['client_secret=abc', 'client_secret=[secret]'],
    ['X-Api-Key: 0123456789', 'X-Api-Key: [secret]'],
    ['apikey=0123456789', 'apikey=[secret]'],
    ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'aws_secret_access_key = [secret]'],
    ['using AKIAIOSFODNN7EXAMPLE in eu-west-1', 'using [secret] in eu-west-1'],
    ['ASIAIOSFODNN7EXAMPLE', '[secret]'],
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [secret]'],
    ['authorization: Basic dXNlcjpwYXNz', 'authorization: Basic [secret]'],
    ['"Authorization":"Basic dXNlcjpwYXNz"', '"Authorization":"Basic [secret]"'],
    ['Proxy-Authorization: Basic dXNlcjpwYXNz', 'Proxy-Authorization: Basic [secret]'],
    ['Authorization: Digest username="bob", realm="x"', 'Authorization: Digest [secret]"bob", realm="x"'],
    ['sent Bearer 0123456789abcdefXYZ to upstream', 'sent Bearer [secret] to upstream'],
    [`push with ${github} failed`, 'push with [secret] failed'],
    [`remote https://${github}@github.com/a/b`, 'remote https://[secret]@github.com/a/b'],
    [`github_pat_${'a1B2'.repeat(10)}`, '[secret]'],
    [`slack ${slack} revoked`, 'slack [secret] revoked'],
    [
      `posting to https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX`,
      'posting to https://hooks.slack.com/services/[secret]',
    ],
    [
      `bot 123456789:AA${'b2C4d6E8f0'.repeat(4).slice(0, 33)} is unauthorized`,
      'bot [secret] is unauthorized',
    ],
    [`AIza${'a1B2c3D'.repeat(5)}`, '[secret]'],
    [`jwt ${jwt} expired`, 'jwt [secret] expired'],
    [`Cookie: session=abcdef; theme=dark`, 'Cookie: session=[secret]'],
    [`Set-Cookie: sid=s%3Aabc.def; Path=/; HttpOnly`, 'Set-Cookie: sid=[secret]; HttpOnly'],
    [`loaded ${key} from disk`, 'loaded [secret] from disk'],
    [key.replaceAll('\n', String.raw`\n`), '[secret]'],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk', '[secret]'],
    ['postgres://app:s3cret@db:5432/x', 'postgres://app:[secret]@db:5432/x'],
    ['cloning https://bob:p@ss@git.example.org/r.git', 'cloning https://bob:[secret]@git.example.org/r.git'],
    ['redis://:hunter2@cache:6379', 'redis://:[secret]@cache:6379'],
    [`token ${hex} was revoked`, 'token [secret] was revoked'],
    [`the secret key is ${hex}`, 'the secret key is [secret]'],
    ['token 1b4e28ba-2fa1-11d2-883f-0016d3cca427', 'token [secret]'],
    ['COMMAND=/usr/bin/mysql --password hunter2 -e x', 'COMMAND=/usr/bin/mysql --password [secret] -e x'],
    ['deploy --api-token=abc --yes', 'deploy --api-token=[secret] --yes'],
    ['curl -u bob:hunter2 https://x', 'curl -u bob:[secret] https://x'],
    ["CREATE USER bob IDENTIFIED BY 'hunter2'", "CREATE USER bob IDENTIFIED BY '[secret]'"],
    ["SET PASSWORD = PASSWORD('hunter2')", "SET PASSWORD = PASSWORD('[secret]')"],
    ['PHPSESSID=8f2a9c', 'PHPSESSID=[secret]'],
    ['pwd=hunter2', 'pwd=[secret]'],
    ['POST user[name]=bob&user[password]=hunter2', 'POST user[name]=bob&user[password]=[secret]'],
  ])('leave %j', (text, left) => {
    expect(redacted(text, 'secrets')).toBe(left);
  });

  it.each([
    'Failed password for root from 1.2.3.4 port 22 ssh2',
    'Failed password for invalid user admin from 203.0.113.9 port 4242 ssh2',
    'Accepted publickey for bob from 10.0.0.1 port 5 ssh2: RSA SHA256:n9x1kUyFZ0cTQ5cZP8d3A7mEwTqJ0QyKq1S5jzJx3hk',
    'password accepted for bob',
    'password changed for bob',
    'password: accepted for bob',
    'Password: incorrect',
    'passwd[123]: pam_unix(passwd:chauthtok): password changed for bob',
    'authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=1.2.3.4  user=root',
    'bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/ls',
    "syntax error near unexpected token `newline'",
    "Unexpected token '}' in JSON at position 3",
    'SyntaxError: Unexpected token: }',
    'token: expired',
    'token=null password=true',
    'invalid token: signature mismatch',
    'secret: not found',
    'max_tokens=4096 tokens: 17',
    'password=$PASSWORD token=${TOKEN} secret=<secret> api_key=***',
    'password=[secret] token: "[secret]"',
    'Basic authentication failed for bob',
    'Bearer authentication is required here',
    'Authorization: required',
    'usage: login [--password PASSWORD_FILE]'.replace(' PASSWORD_FILE', ''),
    'https://bob@git.example.org/r.git',
    'https://example.org:8443/a@b',
    'connect to tcp://10.0.0.1:80',
    `commit ${hex} by bob`,
    `sha256 ${hex}${hex} ok`,
    'ssh key fingerprint SHA256:abcdefghijklmnopqrstuvwxyz0123456789ABCDEF',
    'public key AAAAB3NzaC1yc2EAAAADAQABAAABgQDf1 added',
    'docker run -u 1000:1000 nginx',
    'password authentication disabled',
    'key=203.0.113.9 count=5',
    'secretary: Bob',
    'compass: north; bypass=on',
    '-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----',
    'keyboard-interactive/pam for bob',
    'the passenger: Bob',
    'reset the password of bob at 10:00:06',
    'eyJ is how a token begins',
    'AKIA is a prefix',
    'monkey=banana',
    'gdm-password]: pam_unix(gdm-password:auth): authentication failure; logname= uid=0',
    'gdm-password]: gkr-pam: unable to locate daemon control file',
    'systemd-ask-password[812]: started',
    "Access denied for user 'root'@'10.0.0.1' (using password: YES)",
  ])('are not in %j', (text) => {
    expect(redacted(text, 'secrets')).toBe(text);
  });
});

describe('addresses', () => {
  it.each([
    ['from 203.0.113.9 port 22', 'from [address] port 22'],
    ['from 2001:db8::1 and ::1.', 'from [address] and [address].'],
    ['[::ffff:10.0.0.1]:443', '[[address]]:443'],
    ['fe80::1%eth0', '[address]%eth0'],
    ['to=<bob.b+x@mail.example.org>', 'to=<[address]>'],
    ['10.0.0.1:8080', '[address]:8080'],
    ['a 10.0.0.1.', 'a [address].'],
  ])('leave %j', (text, left) => {
    expect(redacted(text, 'addresses')).toBe(left);
    expect(redacted(text, 'secrets')).toBe(text);
  });

  it.each([
    'at 10:00:06 on 2026-11-20T10:00:06.000Z',
    'version 1.2.3',
    'oid 1.3.6.1.4.1.2021',
    '999.1.1.1',
    'mac aa:bb:cc:dd:ee:ff',
    'std::vector ns::x ::',
    'user@localhost',
    'Foo::Bar::baz',
  ])('are not in %j', (text) => {
    expect(redacted(text, 'addresses')).toBe(text);
  });
});

describe('names', () => {
  it.each([
    ['Failed password for root from 1.2.3.4', 'Failed password for [name] from 1.2.3.4'],
    [
      'Failed password for invalid user admin from 1.2.3.4',
      'Failed password for invalid user [name] from 1.2.3.4',
    ],
    ['session opened for user bob by alice(uid=0)', 'session opened for user [name] by [name](uid=0)'],
    ['rhost=1.2.3.4  user=root', 'rhost=1.2.3.4  user=[name]'],
    ['{"username":"bob"}', '{"username":"[name]"}'],
    ['login: bob', 'login: [name]'],
  ])('leave %j', (text, left) => {
    expect(redacted(text, 'names')).toBe(left);
    expect(redacted(text, 'secrets')).toBe(text);
  });

  it.each(['waiting for data from db', 'by default(uid)', 'for the moment', 'users: 5'].slice(1))(
    'are not in %j',
    (text) => {
      expect(redacted(text, 'names')).toBe(text);
    },
  );
});

describe('a redaction', () => {
  it('takes a secret out wherever it stands, once it showed itself', () => {
    const redaction = createRedaction(
      ['secrets'],
      ['login password=hunter22', { pw: 'x', api_key: 'k3y-of-bob' }],
    );
    expect(redaction.text('hunter22 and k3y-of-bob')).toBe('[secret] and [secret]');
    expect(redaction.counts()).toEqual({ secrets: 2 });
  });

  it('takes no short word for a secret where it does not stand as one', () => {
    const redaction = createRedaction(['secrets'], ['password=bob']);
    expect(redaction.text('bob said password=bob')).toBe('bob said password=[secret]');
  });

  it('knows names as words only', () => {
    const redaction = createRedaction(['names'], [{ user: 'al' }]);
    expect(redaction.text('al logged in at alabama')).toBe('[name] logged in at alabama');
  });

  it('takes out what stands under the name of a secret in data', () => {
    const redaction = createRedaction(['secrets']);
    const data = { user: 'bob', db_password: 'x y', nested: [{ token: 'a' }], n: 5, keyboard: 'de' };
    expect(redaction.data(data)).toEqual({
      ...data,
      db_password: '[secret]',
      nested: [{ token: '[secret]' }],
    });
    expect(redaction.counts()).toEqual({ secrets: 2 });
  });

  it('counts different things', () => {
    const redaction = createRedaction(['secrets', 'addresses', 'names']);
    redaction.text('password=a1 password=a1 token=b2 from 10.0.0.1 user=bob');
    expect(redactionNote(redaction.counts())).toBe('2 secrets, 1 address, 1 name redacted');
    expect(redactionNote({})).toBe('');
  });
});
