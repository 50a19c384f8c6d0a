import { existsSync, readFileSync } from 'node:fs';
import { examine, noConfiguration } from '../../install/doctor/doctor.ts';
import type { Finding } from '../../install/doctor/finding.ts';
import { askChannel } from '../ask-channels.ts';
import { exit, type ExitCode } from '../exit.ts';
import { checkConfig } from '../read-config.ts';
import type { Settings } from '../settings.ts';
import { print, printJson } from '../terminal.ts';
import { safeLine } from '../../kit/terminal.ts';

/** `doctor`: what keeps the program from its work, and what to do about it; exit 1 if something does. */
export async function doctor(settings: Settings): Promise<ExitCode> {
  const isThere = !settings.configIsDefault || settings.config.some((path) => existsSync(path));
  const findings: Finding[] = [];
  const tell = (finding: Finding): void => {
    findings.push(finding);
    if (settings.json) printJson({ version: 1, ...finding });
    else if (!settings.quiet || finding.state === 'bad') print(lineOf(finding));
  };
  const examination = examine({
    state: settings.state,
    env: process.env,
    engines: enginesOf(),
    config: async () => (isThere ? checkConfig(settings) : { ok: false, diagnostics: [] }),
    probe: (channel, config) => askChannel(channel, config, settings.state),
  });
  for await (const finding of examination) tell(finding);
  if (!isThere) tell(noConfiguration(settings.config));
  return findings.some(({ state }) => state === 'bad') ? exit.failed : exit.done;
}

const words = { ok: 'ok  ', note: 'note', bad: 'BAD ' };

function lineOf({ check, state, text, todo }: Finding): string {
  return safeLine(`${words[state]}  ${check}: ${text}${todo === undefined ? '' : `: ${todo}`}`);
}

/** What package.json, which lies beside `dist/`, asks for. */
function enginesOf(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  const engines =
    typeof manifest === 'object' && manifest !== null && 'engines' in manifest ? manifest.engines : {};
  return typeof engines === 'object' && engines !== null && 'node' in engines ? String(engines.node) : '';
}
