import type { HttpSettings } from '../channels/contract.ts';
import type { Locate, Path } from '../dialects/native/place.ts';
import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import type { ConfigDocument } from './document.ts';
import type { ConfigPorts } from './files.ts';
import { resolvePath } from './paths.ts';
import { secretRefused } from './secrets.ts';

/** `proxy` and `tls`, with the files they name read. */
export async function buildHttp(
  document: ConfigDocument,
  locate: Locate,
  ports: ConfigPorts,
): Promise<Checked<HttpSettings>> {
  const diagnostics: Diagnostic[] = [];
  const { proxy, tls } = document;
  const passwordFile = proxy?.['password-file'];
  const password =
    passwordFile === undefined ? undefined : await readPassword(passwordFile, locate, ports, diagnostics);
  const caFile = tls?.['ca-file'];
  const ca = caFile === undefined ? undefined : await readCa(caFile, locate, ports, diagnostics);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  const value: HttpSettings = {
    ...(proxy === undefined
      ? {}
      : {
          proxy: {
            url: proxy.https,
            noProxy: proxy['no-proxy'],
            ...(password === undefined ? {} : { password }),
          },
        }),
    ...(ca === undefined ? {} : { ca }),
  };
  return { ok: true, value, diagnostics: [] };
}

async function readPassword(file: string, locate: Locate, ports: ConfigPorts, diagnostics: Diagnostic[]) {
  const path: Path = ['proxy', 'password-file'];
  const read = await ports.secret(resolvePath(file, locate(path).file));
  if (read.ok) return () => read.secret.reveal();
  diagnostics.push(secretRefused(read, { path, written: file }, locate));
  return undefined;
}

async function readCa(file: string, locate: Locate, ports: ConfigPorts, diagnostics: Diagnostic[]) {
  const place = locate(['tls', 'ca-file']);
  const path = resolvePath(file, place.file);
  const read = await ports.read(path);
  if (read.ok && read.text.includes('-----BEGIN CERTIFICATE-----')) return read.text;
  const why = read.ok ? 'holds no PEM certificate' : read.detail;
  diagnostics.push({ code: 'config.unreadable', severity: 'error', message: `${path} ${why}`, ...place });
  return undefined;
}
