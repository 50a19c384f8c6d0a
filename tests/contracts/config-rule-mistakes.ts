/** Mistakes in rules of several kinds, and between rules: what, the file, what is told. */
export const ruleMistakes: readonly (readonly [string, string, readonly string[]])[] = [
  [
    'a misspelt context',
    'rules:\n  - { id: a, match: x, set: { context: maintenance, for: 1h } }\n  - { id: b, match: y, unless: maintenence, alert: {} }',
    [
      'c.yaml:3:32 rule.unknown-context rules.b: no rule sets the context "maintenence" (did you mean "maintenance"?)',
    ],
  ],
  [
    'a context that nothing sets, in a list',
    'rules:\n  - { id: a, match: x, set: { context: busy, for: 1h } }\n  - { id: b, match: y, when: [busy, night], alert: {} }',
    ['c.yaml:3:37 rule.unknown-context rules.b: no rule sets the context "night" (set by rules: busy)'],
  ],
  [
    'a rule that is not there',
    'rules:\n  - { id: disk, match: x, alert: {} }\n  - id: both\n    together: { within: 5m, of: [{ rule: dsk }, { match: y }] }\n    alert: {}',
    ['c.yaml:4:42 rule.unknown-rule rules.both: there is no rule "dsk" (did you mean "disk"?)'],
  ],
  [
    'a rule that is switched off',
    'rules:\n  - { id: disk, enabled: false, match: x, alert: {} }\n  - id: both\n    together: { within: 5m, of: [{ rule: disk }, { match: y }] }\n    alert: {}',
    ['c.yaml:4:42 rule.silent-rule rules.both: the rule "disk" is switched off and never raises'],
  ],
  [
    'a cycle of rules',
    'rules:\n  - id: a\n    together: { within: 5m, of: [{ match: x }, { rule: b }] }\n    alert: {}\n  - id: b\n    together: { within: 5m, of: [{ rule: a }, { match: y }] }\n    alert: {}',
    [
      'c.yaml:3:56 rule.cycle rules.a listens to itself: a hears b hears a (one of these rules must not listen to the other)',
    ],
  ],
  [
    'a rule that listens to itself',
    'rules:\n  - id: a\n    together: { within: 5m, of: [{ match: x }, { rule: a }] }\n    alert: {}',
    [
      'c.yaml:3:56 rule.cycle rules.a listens to itself: a hears a (one of these rules must not listen to the other)',
    ],
  ],
  [
    'a match beside steps',
    'rules:\n  - id: a\n    match: x\n    sequence: { within: 5m, steps: [{ match: x }, { match: y }] }\n    alert: {}',
    [
      'c.yaml:3:5 rule.match-of-kind rules.a: a rule with "sequence" has no "match" of its own (what it looks for stands under "sequence")',
    ],
  ],
  [
    'a mistake in a pattern of a step',
    "rules:\n  - id: a\n    sequence: { within: 5m, steps: [{ match: x }, { match: '(' }] }\n    alert: {}",
    ['c.yaml:3:61 pattern.syntax unmatched ( (a parenthesis in the text is written \\()'],
  ],
  [
    'a zone without a schedule',
    'rules:\n  - { id: a, match: x, zone: Europe/Paris, alert: {} }',
    ['c.yaml:2:24 rule.key-of-other-kind rules.a: "zone" belongs to rules with "schedule"'],
  ],
  [
    'no time of a calendar',
    "rules:\n  - { id: a, schedule: '0 25 * * *', alert: {} }",
    [
      "c.yaml:2:24 config.wrong-value rules.a.schedule: must be a time in the form of cron: \"25\" is no hour (minute, hour, day of month, month, day of week: '0 3 * * *', '*/15 8-18 * * mon-fri')",
    ],
  ],
  [
    'a usual that is not longer than what is compared with it',
    'rules:\n  - { id: a, match: x, rate: { factor: 5, over: 1h, against: 90m, least: 1 }, alert: {} }',
    ['c.yaml:2:62 rule.options rules.a.rate.against: must be 2 to 1000 times as long as "over"'],
  ],
  [
    'a first time of nothing',
    'rules:\n  - { id: a, match: x, first: { remember: 90d }, alert: {} }',
    [
      'c.yaml:2:31 rule.options rules.a.first: needs a "key": the fields whose values are seen for the first time',
    ],
  ],
  [
    'a rule that is good for nothing',
    'rules:\n  - { id: a, match: x }',
    [
      'c.yaml:2:5 config.missing-key missing key "alert" in rules.a ({} for all defaults; a rule that sets a context, or that another rule listens to, needs none)',
    ],
  ],
];
