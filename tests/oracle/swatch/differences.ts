const DOCUMENTED = 'the documented meaning is followed, and told';

/** Cases in which we mean to do something else than swatchdog 3.2.4, and why. Ours is in their `ours.txt`. */
export const differences: { readonly [name: string]: string } = {
  '07-echo-inverse-of-old-manpage-dies': 'inverse of the old manual means reverse',
  '17-exec-dollar-zero-is-shell-quoted': 'the line is one argument: nothing expands, quotes in it stay',
  '18-exec-dollar-zero-in-double-quotes': 'the line is an argument as it is, and none is lost',
  '20-exec-dollar-underscore-SHELL-INJECTION': 'the line is an argument: no command in it runs',
  '22-exec-awk-field-ten': `$10 is the tenth field: ${DOCUMENTED}`,
  '26-exec-failure-is-not-noticed': 'a program that is not there does not make a second watcher; it is told',
  '42-throttle-delay-option-of-POD-never-reports-again': `delay= holds: ${DOCUMENTED}`,
  '44-throttle-time_from-timestamp-dies': `the time in the line counts: ${DOCUMENTED}`,
  '45-throttle-key-message-is-a-constant': `key=message is the line: ${DOCUMENTED}`,
  '57-threshold-per-action-as-documented-does-nothing': `threshold=on works: ${DOCUMENTED}`,
  '60-threshold-unknown-type-dies-at-run-time': 'the threshold is left out, and that is told when it is read',
  '63-when-lists-cannot-be-written': 'a list of days works, and that swatch cuts it is told',
  '69-trailing-comment-is-not-stripped':
    'what is no mode is left out, and told; the rest of the line is echoed',
  '76-tab-and-equals-in-pattern': 'a tab separates too',
  '83-backslash-quote-known-bug': 'the quotes are the shell’s',
  '92-seed-sevagas-configuration': 'the script gets one argument, as it was meant, not eleven words',
  '95-one-word-value-in-quotes-breaks-the-script': `a word in quotes is the word: ${DOCUMENTED}`,
  '96-failed-exec-duplicates-the-watcher-itself':
    'a program that is not there does not make a second watcher',
};

/** Cases about the program around the rules: files, processes, signals. What stands for them here. */
export const aboutTheProgram: { readonly [name: string]: string } = {
  '100-hup-removed-rule-stays-active': 'a reload replaces the rules: tests/faults',
  '77-missing-input-file': 'exit 1 instead of 0: tests/e2e/swatch.test.ts',
  '78-missing-config-file': 'exit 78 instead of 2: tests/e2e/swatch.test.ts',
  '85-tail-rename-rotation-is-followed':
    'sources follow rotation: tests/property/file-source-rotation.test.ts',
  '87-tail-ignores-what-was-there': 'sources begin at the end: tests/property/file-source-behaviour.test.ts',
  '88-tail-two-files-shows-tail-headers': 'files are read without tail: no headers are lines',
  '89-daemon-leaves-its-script-behind': 'no script is written',
  '90-hup-adds-the-new-config-to-the-old-rules': 'a reload replaces the rules: tests/faults',
  '91-dump-script': 'there is no script: check tells what was read',
};
