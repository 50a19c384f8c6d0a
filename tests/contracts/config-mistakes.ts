/** What users write by mistake, and every word of what they are told. Other files by name. */
export const mistakes: readonly [
  what: string,
  text: string,
  told: readonly string[],
  files?: { readonly [path: string]: string },
][] = [
  [
    'text that is not YAML',
    'a: [1\nb: 2',
    [
      'c.yaml:2:1 yaml.syntax Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ],
  [
    'nesting without end',
    '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]',
    [
      'c.yaml:1:1 config.wrong-value a configuration must be a map',
      'c.yaml:1:52 yaml.too-deep nested more than 50 deep',
    ],
  ],
  ['an alias of itself', 'limits: &x { a: *x }', ['c.yaml:1:17 yaml.alias the alias *x contains itself']],
  [
    'an alias of nothing',
    'limits: *nope',
    ['c.yaml:1:9 yaml.alias no anchor &nope stands before this alias'],
  ],
  [
    'a tag',
    'late: !now 3',
    [
      'c.yaml:1:7 yaml.syntax Unresolved tag: !now (tags do not work here, and a text that begins with ! stands in single quotes)',
    ],
  ],
  [
    'a pattern whose colon begins a value',
    'rules:\n  - id: x\n    match: error: disk',
    [
      "c.yaml:3:12 yaml.syntax Nested mappings are not allowed in compact mappings (': ' begins the value of a key: put a pattern, or another text with such characters, in single quotes)",
    ],
  ],
  [
    'a pattern that begins a list',
    'rules:\n  - id: x\n    match: [Ee]rror',
    [
      'c.yaml:3:16 yaml.syntax Unexpected scalar at node end (put a pattern, or another text with such characters, in single quotes, and write a single quote in it twice)',
    ],
  ],
  [
    'a tab',
    'sources:\n\ta: 1',
    ['c.yaml:2:1 yaml.syntax Tabs are not allowed as indentation (indent with blanks)'],
  ],
  [
    'a key that was written a level too high',
    'rules: [{ id: r, match: x, severity: info, alert: {} }]',
    ['c.yaml:1:28 config.unknown-key unknown key "severity" in rules.r (it stands in "alert")'],
  ],
  [
    'a value that is no text',
    'late: !!binary aGk=',
    ['c.yaml:1:16 yaml.value must be a text, a number, true or false'],
  ],
  [
    'a second document',
    'late: 5m\n---\nlate: 6m',
    ['c.yaml:2:1 yaml.syntax a file holds one document, and here a second begins'],
  ],
  [
    'a key given twice',
    'late: 5m\nzone: UTC\nlate: 6m',
    ['c.yaml:3:1 yaml.duplicate-key the key "late" is given twice, first at 1:1'],
  ],
  ['a key that is a list', '? [a]\n: 3', ['c.yaml:1:3 yaml.key a key must be a plain word']],
  [
    'a key that would reach the prototype',
    '__proto__: 3',
    ['c.yaml:1:1 yaml.key a key must be a plain word'],
  ],
  [
    'several mistakes at once',
    'late: 5\ndril: 1\nrules:\n  - { id: a, match: "(", alert: { severty: info } }\n  - { id: b, mtach: x, alert: {} }',
    [
      'c.yaml:1:7 config.wrong-value late: must be a text, not the number 5 (a time or a size needs a unit (90s, 64KiB), any other text quotes)',
      'c.yaml:2:1 config.unknown-key unknown key "dril" (did you mean "drill"?)',
      'c.yaml:4:22 pattern.syntax unmatched ( (a parenthesis in the text is written \\()',
      'c.yaml:4:35 config.unknown-key unknown key "severty" in rules.a.alert (did you mean "severity"?)',
      'c.yaml:5:14 config.unknown-key unknown key "mtach" in rules.b (did you mean "match"?)',
    ],
  ],
  ['a list for a configuration', '- a\n- b', ['c.yaml:1:1 config.wrong-value a configuration must be a map']],
  [
    'a merge key of YAML 1.1',
    'limits: &l { keep: 9d }\nproxy: { <<: *l }',
    [
      'c.yaml:2:8 config.missing-key missing key "https" in proxy (it takes a text)',
      'c.yaml:2:10 config.unknown-key unknown key "<<" in proxy (known keys: https, password-file, no-proxy)',
    ],
  ],
  [
    'a number for the rules',
    'rules: 5',
    ['c.yaml:1:8 config.wrong-value rules: must be a list, not the number 5'],
  ],
  [
    'a text for a rule',
    'rules:\n  - foo',
    ['c.yaml:2:5 config.wrong-value rules[0]: must be a map, not a text'],
  ],
  [
    'a misspelt section',
    'rulez: []',
    ['c.yaml:1:1 config.unknown-key unknown key "rulez" (did you mean "rules"?)'],
  ],
  [
    'a section that will come',
    'catch-up: 10m',
    ['c.yaml:1:1 config.unknown-key unknown key "catch-up" (not supported yet)'],
  ],
  [
    'a misspelt limit',
    'limits: { keeep: 90d }',
    ['c.yaml:1:11 config.unknown-key unknown key "keeep" in limits (did you mean "keep"?)'],
  ],
  [
    'a rule without id',
    'rules:\n  - match: x\n    alert: {}',
    ['c.yaml:2:5 config.missing-key missing key "id" in rules[0] (it takes a text)'],
  ],
  [
    'a rule without alert',
    'rules:\n  - id: a\n    match: x',
    [
      'c.yaml:2:5 config.missing-key missing key "alert" in rules.a ({} for all defaults; a rule that sets a context, or that another rule listens to, needs none)',
    ],
  ],
  [
    'an id with a blank',
    'rules:\n  - { id: "a b", match: x, alert: {} }',
    [
      'c.yaml:2:11 config.wrong-value rules.a b.id: must be made of letters, digits and _ . - (pack/id for a rule of a pack)',
    ],
  ],
  [
    'two rules of one id',
    'rules:\n  - { id: a, match: x, alert: {} }\n  - { id: a, match: y, alert: {} }',
    ['c.yaml:3:5 config.duplicate-rule a rule with the id "a" is given twice, first at c.yaml:2:5'],
  ],
  [
    'an empty match',
    'rules:\n  - { id: a, match: "", alert: {} }',
    ['c.yaml:2:21 config.wrong-value rules.a.match: must not be empty'],
  ],
  [
    'a number for a match',
    'rules:\n  - { id: a, match: 5, alert: {} }',
    ['c.yaml:2:21 config.wrong-value rules.a.match: must be a text, a map or a list, not the number 5'],
  ],
  [
    'a number among patterns',
    'rules:\n  - { id: a, match: [x, 5], alert: {} }',
    ['c.yaml:2:25 config.wrong-value rules.a.match[1]: must be a text, a map or a list, not the number 5'],
  ],
  [
    'a field test without operator',
    'rules:\n  - { id: a, match: { field: ip }, alert: {} }',
    [
      'c.yaml:2:21 config.wrong-value rules.a.match: must have exactly one of is, in, matches, above, below, exists',
    ],
  ],
  [
    'a field test with two operators',
    'rules:\n  - { id: a, match: { field: host, is: a, exists: true }, alert: {} }',
    [
      'c.yaml:2:21 config.wrong-value rules.a.match: must have exactly one of is, in, matches, above, below, exists',
    ],
  ],
  [
    'a text to compare numbers with',
    'rules:\n  - { id: a, match: { field: host, above: x }, alert: {} }',
    ['c.yaml:2:43 config.wrong-value rules.a.match.above: must be a number, not the text "x"'],
  ],
  [
    'a misspelt form deep inside match',
    'rules:\n  - { id: a, match: { all: [x, { not: { litral: y } }] }, alert: {} }',
    [
      'c.yaml:2:41 config.unknown-key unknown key "litral" in rules.a.match.all[1].not (did you mean "literal"?)',
    ],
  ],
  [
    'a form of match that there is not',
    'rules:\n  - { id: a, match: { foo: y }, alert: {} }',
    [
      'c.yaml:2:23 config.unknown-key unknown key "foo" in rules.a.match (known keys: pattern, in, literal, field, is, matches, above, below, exists, all, any, not)',
    ],
  ],
  [
    'a misspelt part of the line',
    'rules:\n  - { id: a, match: { literal: y, in: mesage }, alert: {} }',
    [
      'c.yaml:2:39 config.wrong-value rules.a.match.in: must be message or line, not the text "mesage" (did you mean "message"?)',
    ],
  ],
  [
    'a misspelt severity',
    'rules:\n  - { id: a, match: x, alert: { severity: warn } }',
    [
      'c.yaml:2:43 config.wrong-value rules.a.alert.severity: must be info, warning or critical, not the text "warn" (did you mean "warning"?)',
    ],
  ],
  [
    'a clear that never comes',
    'rules:\n  - { id: a, match: x, alert: { clear: { below: 0, within: 0s } } }',
    [
      'c.yaml:2:49 config.wrong-value rules.a.alert.clear.below: must be at least 1',
      'c.yaml:2:60 config.wrong-value rules.a.alert.clear.within: must be longer than nothing',
    ],
  ],
  [
    'a unit that there is not',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    quiet: 5min",
    [
      'c.yaml:5:12 config.wrong-value rules.r.quiet: must be a length of time, not "5min" (such as 250ms, 90s, 5m, 1h30m, 2d; at most 36500d)',
    ],
  ],
  [
    'a time without unit',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    quiet: 60",
    [
      'c.yaml:5:12 config.wrong-value rules.r.quiet: must be a text, not the number 60 (a time or a size needs a unit (90s, 64KiB), any other text quotes)',
    ],
  ],
  [
    'a text for a number',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    count: { reach: five, within: 1m }",
    ['c.yaml:5:21 config.wrong-value rules.r.count.reach: must be a number, not the text "five"'],
  ],
  [
    'a count without window',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    count: { reach: 5 }",
    ['c.yaml:5:12 config.missing-key missing key "within" in rules.r.count (it takes a text)'],
  ],
  [
    'a count with a misspelt window',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    count: { reach: 5, whitin: 1m }",
    ['c.yaml:5:24 config.unknown-key unknown key "whitin" in rules.r.count (did you mean "within"?)'],
  ],
  [
    'a misspelt key of rules',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    form: [auth]",
    ['c.yaml:5:5 config.unknown-key unknown key "form" in rules.r (did you mean "from"?)'],
  ],
  [
    'a source where there is none',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    from: [auth]",
    ['c.yaml:5:12 rule.unknown-source rules.r: there is no source "auth" (no sources are configured)'],
  ],
  [
    'a misspelt source',
    "sources: { auth: { file: /a } }\nrules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    from: auht",
    ['c.yaml:6:11 rule.unknown-source rules.r: there is no source "auht" (did you mean "auth"?)'],
  ],
  [
    'a key that no line has',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    key: [ipp]",
    [
      'c.yaml:5:11 rule.unknown-field rules.r: "ipp" is neither a named group of the pattern nor a field of every line (did you mean "ip"?)',
    ],
  ],
  [
    'a key that no line of a fixed format has',
    "sources: { auth: { file: /a, format: plain } }\nrules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    key: [ipp]",
    [
      'c.yaml:6:11 rule.unknown-field rules.r: "ipp" is neither a named group of the pattern nor a field of every line (did you mean "ip"?)',
    ],
  ],
  [
    'a key that JSON may have',
    "sources: { auth: { file: /a, format: json } }\nrules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    key: [ipp]",
    [],
  ],
  [
    'a name in a template that only field tests know',
    'rules:\n  - { id: a, match: a, alert: { title: "{{ pid }}" } }',
    ["c.yaml:2:44 template.unknown-name template: no line of this rule gives 'pid'"],
  ],
  [
    'a distinct that no line has',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    count: { reach: 5, within: 1m, distinct: usr }",
    [
      'c.yaml:5:46 rule.unknown-field rules.r: "usr" is neither a named group of the pattern nor a field of every line (known here: ip, source, host, program, pid, severity, time)',
    ],
  ],
  [
    'an exception for a field that no line has',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    except: { field: addr, is: 5 }",
    [
      'c.yaml:5:22 rule.unknown-field rules.r: "addr" is neither a named group of the pattern nor a field of every line (known here: ip, source, host, program, pid, severity, time)',
    ],
  ],
  [
    'the same in a list',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    except: [a, { field: addr, is: 5 }]",
    [
      'c.yaml:5:26 rule.unknown-field rules.r: "addr" is neither a named group of the pattern nor a field of every line (known here: ip, source, host, program, pid, severity, time)',
    ],
  ],
  [
    'a group with a built-in name',
    'rules:\n  - { id: a, match: "(?<line>x)", alert: {} }',
    [
      'c.yaml:2:21 rule.shadowed-group rules.a: in templates "line" is the built-in value, not the named group (write {{ fields.line }}, or give the group another name)',
    ],
  ],
  [
    'a pattern with an open parenthesis',
    "rules:\n  - { id: a, match: 'a(b', alert: {} }",
    ['c.yaml:2:23 pattern.syntax unmatched ( (a parenthesis in the text is written \\()'],
  ],
  [
    'a pattern with an open class in a field test',
    "rules:\n  - { id: a, match: { field: host, matches: '[' }, alert: {} }",
    ['c.yaml:2:46 pattern.syntax the class has no end (the character itself is written \\[)'],
  ],
  [
    'a template with an open brace',
    "rules:\n  - { id: a, match: a, alert: { title: '{{ rule' } }",
    ['c.yaml:2:41 template.syntax template: output "{{ rule" not closed'],
  ],
  [
    'a misspelt name in a template, where JSON may have it',
    "rules:\n  - { id: a, match: a, alert: { title: 'x {{ rul }}' } }",
    ["c.yaml:2:46 template.unknown-name template: no line of this rule gives 'rul' (did you mean 'rule'?)"],
  ],
  [
    'a misspelt name in a template',
    "sources: { s: { file: /a, format: plain } }\nrules:\n  - { id: a, match: a, alert: { title: 'x {{ rul }}' } }",
    ["c.yaml:3:46 template.unknown-name template: no line of this rule gives 'rul' (did you mean 'rule'?)"],
  ],
  [
    'a filter that there is not',
    "rules:\n  - { id: a, match: a, alert: { text: '{{ rule | shout }}' } }",
    ['c.yaml:2:40 template.unknown-filter template: undefined filter: shout'],
  ],
  [
    'all mistakes of both templates, names that JSON may have among them',
    "rules:\n  - { id: a, match: a, alert: { title: '{{ rul | shout }}{{ rule | tiem }}', text: '{{ rule | shout }}{{ key' } }",
    [
      'c.yaml:2:41 template.unknown-filter template: undefined filter: shout',
      "c.yaml:2:44 template.unknown-name template: no line of this rule gives 'rul' (did you mean 'rule'?)",
      "c.yaml:2:58 template.unknown-filter template: undefined filter: tiem (did you mean 'time'?)",
      'c.yaml:2:85 template.unknown-filter template: undefined filter: shout',
      'c.yaml:2:103 template.syntax template: output "{{ key" not closed',
    ],
  ],
  [
    'source not map',
    'sources: { a: /var/log/x }',
    [
      'c.yaml:1:15 config.wrong-value sources.a: must be a map with the kind of source as its key (such as file: …)',
    ],
  ],
  [
    'source no kind',
    'sources: { a: { format: json } }',
    [
      'c.yaml:1:15 config.missing-key sources.a: the kind of source is missing (one of file, journal, syslog, gelf, docker, snmp-trap, command, fifo, stdin)',
    ],
  ],
  [
    'source near kind',
    'sources: { a: { fiel: /x } }',
    [
      'c.yaml:1:17 config.unknown-kind sources.a: there is no kind of source called "fiel" (did you mean "file"?)',
    ],
  ],
  [
    'source planned',
    'sources: { a: { http: {} } }',
    [
      'c.yaml:1:17 config.unknown-kind sources.a: there is no kind of source called "http" (not supported yet)',
    ],
  ],
  [
    'source two kinds',
    'sources: { a: { file: /x, stdin: true } }',
    ['c.yaml:1:27 config.two-kinds sources.a cannot be of two kinds: "file" and "stdin"'],
  ],
  [
    'source key',
    'sources: { a: { file: /x, sart: end } }',
    ['c.yaml:1:27 config.unknown-key unknown key "sart" in sources.a (did you mean "start"?)'],
  ],
  [
    'source format key',
    'sources: { a: { file: /x, fromat: json } }',
    ['c.yaml:1:27 config.unknown-key unknown key "fromat" in sources.a (did you mean "format"?)'],
  ],
  [
    'source format',
    'sources: { a: { file: /x, format: jsn } }',
    [
      'c.yaml:1:35 config.wrong-value sources.a.format: must be auto, rfc5424, rfc3164, json, logfmt or plain, not the text "jsn" (did you mean "json"?)',
    ],
  ],
  [
    'source start',
    'sources: { a: { file: /x, start: begin } }',
    [
      'c.yaml:1:34 config.wrong-value sources.a.start: must be end or beginning, not the text "begin" (did you mean "beginning"?)',
    ],
  ],
  [
    'source name',
    'sources: { "a b": { file: /x } }',
    ['c.yaml:1:12 config.wrong-value sources.a b: must be made of letters, digits and _ . - (64 at most)'],
  ],
  [
    'channel kind',
    'channels: { a: { webhok: {} } }',
    [
      'c.yaml:1:18 config.unknown-kind channels.a: there is no kind of channel called "webhok" (did you mean "webhook"?)',
    ],
  ],
  [
    'channel planned',
    'channels: { a: { mastodon: {} } }',
    [
      'c.yaml:1:18 config.unknown-kind channels.a: there is no kind of channel called "mastodon" (not supported yet)',
    ],
  ],
  [
    'channel opt',
    'channels: { a: { webhook: { url: foo } } }',
    ['c.yaml:1:34 config.wrong-value channels.a.webhook.url: must be a URL'],
  ],
  [
    'channel opt',
    'channels: { a: { webhook: { ulr: foo } } }',
    ['c.yaml:1:29 config.unknown-key unknown key "ulr" in channels.a.webhook (did you mean "url"?)'],
  ],
  [
    'channel extra',
    'channels: { a: { screen: {}, resolvd: true } }',
    ['c.yaml:1:30 config.unknown-key unknown key "resolvd" in channels.a (did you mean "resolved"?)'],
  ],
  [
    'account',
    'channels: { a: { x-dm: { account: bot, to: "@a" } } }',
    ['c.yaml:1:35 config.unknown-name there is no account "bot" (no account is configured)'],
  ],
  [
    'account near',
    'accounts: { bot: { x: {} } }\nchannels: { a: { x-dm: { account: bto, to: "@a" } } }',
    ['c.yaml:2:35 config.unknown-name there is no account "bto" (did you mean "bot"?)'],
  ],
  [
    'account kind',
    'accounts: { bot: { y: {} } }',
    ['c.yaml:1:20 config.unknown-key unknown key "y" in accounts.bot (did you mean "x"?)'],
  ],
  [
    'account name',
    'accounts: { "b/t": { x: {} } }',
    ['c.yaml:1:13 config.wrong-value accounts.b/t: must be made of letters, digits and _ - (64 at most)'],
  ],
  [
    'secret',
    'channels: { a: { webhook: { url: "https://a/b", secret-file: hook.key } } }',
    [
      'c.yaml:1:62 config.secret secret-file names no file that can be read, and no absolute path (a secret lies in a file of this user with mode 0600, and its path stands here, not the secret; what stands here is not repeated, for it may be one)',
    ],
  ],
  [
    'headers that cannot be',
    'channels: { a: { webhook: { url: "https://a/b", headers: { "X Y": a, Z: "ü" } } } }',
    [
      'c.yaml:1:60 config.wrong-value channels.a.webhook.headers.X Y: must be the name of a header, without blanks and colons (100 characters at most)',
      'c.yaml:1:73 config.wrong-value channels.a.webhook.headers.Z: must be one line of printable ASCII (4096 characters at most)',
    ],
  ],
  [
    'a value in a form that a kind has no words for',
    'channels: { a: { apprise: { url-file: /a, tag: "a b" } } }',
    [
      'c.yaml:1:48 config.wrong-value channels.a.apprise.tag: has a character or a length that is not taken here',
    ],
  ],
  [
    'secret by an absolute path',
    'channels: { a: { webhook: { url: "https://a/b", secret-file: /etc/hook.key } } }',
    [
      'c.yaml:1:62 config.secret /etc/hook.key does not exist (a secret lies in a file of this user with mode 0600)',
    ],
  ],
  [
    'templates of channels that cannot be read',
    'channels:\n  a: { nagios: { command-file: /n, host: "{{ host }", service: ok } }\n  b: { nagios: { command-file: /n, host: h, performance-data: "n={{ count | plus }}{{ x | nope }}" } }',
    [
      'c.yaml:2:43 template.syntax template: output "{{ host }" not closed',
      'c.yaml:3:84 template.unknown-filter template: undefined filter: nope',
    ],
  ],
  [
    'secret unsafe',
    'channels: { a: { webhook: { url: "https://a/b", secret-file: hook.key } } }',
    [
      'c.yaml:1:62 config.secret hook.key can be read by others (mode 0644): chmod 600 it (a secret lies in a file of this user with mode 0600)',
    ],
    { 'hook.key': 'unsafe' },
  ],
  [
    'receiver channel',
    'channels:\n  tool: { exec: { command: [/bin/page] } }\nreceivers: { me: { channels: [tol] } }',
    ['c.yaml:3:31 config.unknown-name there is no channel "tol" (did you mean "tool"?)'],
  ],
  [
    'quiet hours that there are not',
    'channels:\n  tool: { exec: { command: [/bin/page] } }\nreceivers: { me: { channels: [tool], quiet-hours: nigts } }\nquiet-hours: { nights: { from: "22:00", to: "07:00" } }',
    ['c.yaml:3:51 config.unknown-name there is no quiet-hours "nigts" (did you mean "nights"?)'],
  ],
  [
    'receiver empty',
    'channels:\n  tool: { exec: { command: [/bin/page] } }\nreceivers: { me: { channels: [] } }',
    ['c.yaml:3:30 config.wrong-value receivers.me.channels: must have at least 1 item'],
  ],
  [
    'name clash',
    'channels:\n  tool: { exec: { command: [/bin/page] } }\nreceivers: { tool: { channels: [tool] } }',
    [
      'c.yaml:3:14 config.name-clash "tool" is both a receiver and a channel (a channel is a receiver of one under its own name: rename one of them)',
    ],
  ],
  [
    'route to',
    'channels:\n  tool: { exec: { command: [/bin/page] } }\nroutes: [{ to: [tol] }]',
    ['c.yaml:3:17 config.unknown-name there is no receiver or channel "tol" (did you mean "tool"?)'],
  ],
  [
    'escalation to nobody',
    'channels:\n  tool: { exec: { command: [/bin/page] } }\nroutes: [{ to: [tool], escalate: { after: 1m, to: [tol] } }]',
    ['c.yaml:3:52 config.unknown-name there is no receiver or channel "tol" (did you mean "tool"?)'],
  ],
  [
    'route severity',
    'channels:\n  tool: { exec: { command: [/bin/page] } }\nroutes: [{ when: { severity: high }, to: [tool] }]',
    [
      'c.yaml:3:30 config.wrong-value routes[0].when.severity: must be info, warning, critical or a list, not the text "high"',
    ],
  ],
  [
    'route dead',
    "channels:\n  tool: { exec: { command: [/bin/page] } }\nroutes: [{ when: { rule: rr }, to: [tool] }]\nrules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n",
    ['c.yaml:3:26 config.dead-route no rule fits "rr" (did you mean "r"?)'],
  ],
  [
    'route unreachable',
    'channels:\n  tool: { exec: { command: [/bin/page] } }\nroutes: [{ to: tool }, { to: tool }]',
    [
      'c.yaml:3:24 config.dead-route this route is never tried: the one before takes every alert (write `continue: true` on the one before, or move it to the end)',
    ],
  ],
  [
    'budget name',
    'channels:\n  tool: { exec: { command: [/bin/page] } }\nbudgets: { tol: { per-day: 5 } }',
    ['c.yaml:3:12 config.unknown-name there is no channel "tol" (did you mean "tool"?)'],
  ],
  [
    'budget zero',
    'channels:\n  tool: { exec: { command: [/bin/page] } }\nbudgets: { tool: { per-day: 0 } }',
    ['c.yaml:3:29 config.wrong-value budgets.tool.per-day: must be at least 1'],
  ],
  [
    'a share that is none',
    'channels:\n  tool: { exec: { command: [/bin/page] } }\nbudgets: { tool: { reserve-for-critical: 20 } }',
    [
      'c.yaml:3:42 config.wrong-value budgets.tool.reserve-for-critical: must be a text, not the number 20 (a time or a size needs a unit (90s, 64KiB), any other text quotes)',
    ],
  ],
  [
    'a rate that is none',
    'storm: { above: 30 a minute }',
    [
      'c.yaml:1:17 config.wrong-value storm.above: must be so many within a time, not "30 a minute" (such as 30 per 1m; at most 10000)',
    ],
  ],
  [
    'an inhibition by rules that there are not',
    'inhibit: [{ source: { rule: host-down }, target: {}, equal: host }]',
    ['c.yaml:1:29 config.dead-route no rule fits "host-down"'],
  ],
  [
    'limits',
    'limits: { max-line: 5B, keys-per-rule: 1.5, ledger: 2 }',
    [
      'c.yaml:1:21 config.wrong-value limits.max-line: must be from 1KiB to 16MiB',
      'c.yaml:1:40 config.wrong-value limits.keys-per-rule: must be a whole number, not the number 1.5',
      'c.yaml:1:53 config.wrong-value limits.ledger: must be a text, not the number 2 (a time or a size needs a unit (90s, 64KiB), any other text quotes)',
    ],
  ],
  [
    'zone',
    'zone: Mars/Base',
    ['c.yaml:1:7 config.wrong-value zone: must be the name of a time zone such as Europe/Paris'],
  ],
  [
    'late',
    'late: soon',
    [
      'c.yaml:1:7 config.wrong-value late: must be a length of time, not "soon" (such as 250ms, 90s, 5m, 1h30m, 2d; at most 36500d)',
    ],
  ],
  [
    'proxy',
    'proxy: { https: proxy:3128 }',
    ['c.yaml:1:17 config.wrong-value proxy.https: must be a URL such as http://proxy.example.org:3128'],
  ],
  [
    'proxy pw',
    'proxy: { https: "http://p:1", password-file: pw }',
    [
      'c.yaml:1:46 config.secret password-file names no file that can be read, and no absolute path (a secret lies in a file of this user with mode 0600, and its path stands here, not the secret; what stands here is not repeated, for it may be one)',
    ],
  ],
  ['ca', 'tls: { ca-file: ca.pem }', ['c.yaml:1:17 config.unreadable ca.pem does not exist']],
  [
    'ca not pem',
    'tls: { ca-file: ca.pem }',
    ['c.yaml:1:17 config.unreadable ca.pem holds no PEM certificate'],
    { 'ca.pem': 'x' },
  ],
  [
    'pack',
    'include: [{ pack: ssdh }]',
    ['c.yaml:1:19 config.unknown-pack there is no pack "ssdh" (did you mean "sshd"?)'],
  ],
  [
    'pack twice',
    'include: [{ pack: sshd }, { pack: sshd }]',
    ['c.yaml:1:35 config.given-twice the pack "sshd" is included twice, first at c.yaml:1:19'],
  ],
  [
    'include sec without files',
    'include: [{ sec: /etc/x }, { sec: /etc/y/*.sec }]',
    [
      'c.yaml:1:18 config.unreadable /etc/x does not exist',
      'c.yaml:1:35 config.unreadable /etc/y/*.sec fits no file',
      'c.yaml:1:35 config.given-twice two includes are named "sec" (give each an id of its own)',
    ],
  ],
  [
    'include swatch without a file, with a wrong one, and two of a name',
    'include: [{ swatch: /etc/x }, { swatch: /etc/s.conf }]',
    [
      'c.yaml:1:21 config.unreadable /etc/x does not exist',
      'c.yaml:1:41 config.given-twice two includes are named "swatch" (give each an id of its own)',
      '/etc/s.conf:2:11 pattern.syntax unmatched ( (a parenthesis in the text is written \\()',
      '/etc/s.conf:3:5 swatch.action there is no action ecko: it is left out (did you mean echo?)',
      '/etc/s.conf:5:5 swatch.action there is no action ecko: it is left out (did you mean echo?)',
    ],
    { '/etc/s.conf': '# x\nwatchfor /(a/\n    ecko red\nwatchfor /b/\n    ecko red\n' },
  ],
  [
    'include sec with keys that are none',
    'include: [{ sec: a, alert: { on: [shout] }, shell: raw }]',
    [
      'c.yaml:1:35 config.wrong-value include[0].alert.on[0]: must be logonly, write, writen, owritecl, pipe, pipeexec, report, reportexec, shellcmd, cmdexec, spawn, spawnexec, udgram, ustream, udpsock or tcpsock, not the text "shout"',
      'c.yaml:1:52 config.wrong-value include[0].shell: must be refuse or allow, not the text "raw"',
    ],
  ],
  [
    'include sec for sources that are not there',
    'include: [{ sec: /etc/x, from: [auth], contexts: { auth2: A } }]\nsources: { auht: { stdin: true } }',
    [
      'c.yaml:1:18 config.unreadable /etc/x does not exist',
      'c.yaml:1:33 config.unknown-name there is no source "auth" (did you mean "auht"?)',
      'c.yaml:1:52 config.unknown-name there is no source "auth2" (known: auht)',
    ],
  ],
  [
    'tests',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\ntests:\n  - { rule: q, lines: [x], alerts: [{ rule: rr }] }",
    [
      'c.yaml:6:13 config.unknown-name there is no rule "q" (did you mean "r"?)',
      'c.yaml:6:45 config.unknown-name there is no rule "rr" (did you mean "r"?)',
    ],
  ],
  [
    'the plain kind written out',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    count: { reach: 5, within: 1m }\n    each: {}",
    [
      'c.yaml:6:5 config.unknown-key unknown key "each" in rules.r (known keys: id, enabled, from, program, in, match, except, key, quiet, time, unless, when, set, alert, count, sequence, expect, absent, first, rate, novel, together, schedule, zone)',
    ],
  ],
  [
    'networks that are none',
    "rules:\n  - id: r\n    match: 'x (?<ip>\\S+)'\n    alert: {}\n    except: [{ field: ip, in: [10.0.0.0/33, 10.0.0/8, 300.1.1.1/8] }]",
    [
      'c.yaml:5:32 rule.network rules.r: "10.0.0.0/33" is not a network (such as 10.0.0.0/8 or 2001:db8::/32)',
      'c.yaml:5:45 rule.network rules.r: "10.0.0/8" is not a network (such as 10.0.0.0/8 or 2001:db8::/32)',
      'c.yaml:5:55 rule.network rules.r: "300.1.1.1/8" is not a network (such as 10.0.0.0/8 or 2001:db8::/32)',
    ],
  ],
];
