// The laws of docs/architecture.md that an editor can show while the code is written.

/** Rooms from the bottom up; a room may import only rooms of a lower row, and itself. */
export const rows = [
  ['kit'],
  ['model'],
  ['match'],
  ['parse'],
  ['engine', 'alerting', 'render'],
  ['dialects', 'rehearsal'],
  ['sources', 'store', 'channels', 'control'],
  ['config'],
  ['daemon'],
  ['trial', 'install'],
  ['cli'],
];

const heightOf = (room) => rows.findIndex((row) => row.includes(room));

/** The room of a file: the folder under the last `src/` of its path. */
export function roomOf(path) {
  const parts = path.replaceAll('\\', '/').split('/');
  const at = parts.lastIndexOf('src');
  return at >= 0 && parts.length > at + 2 ? parts[at + 1] : undefined;
}

function resolve(from, specifier) {
  const parts = from.replaceAll('\\', '/').split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** Why `file` must not import `specifier`, or undefined. */
export function forbiddenImport(file, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  const room = roomOf(file);
  const other = roomOf(resolve(file, specifier));
  if (room === undefined || other === undefined || room === other) return undefined;
  if (heightOf(other) < 0) return `'${other}' is not a room of the house`;
  if (heightOf(room) > heightOf(other)) return undefined;
  return heightOf(room) === heightOf(other)
    ? `'${room}' and '${other}' stand on one line and do not know each other`
    : `'${room}' lies below '${other}' and must not import it`;
}

const layers = {
  create(context) {
    const check = (node) => {
      if (typeof node.source?.value !== 'string') return;
      const why = forbiddenImport(context.filename, node.source.value);
      if (why !== undefined) context.report({ node: node.source, message: why });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType(node) {
        const source = node.source ?? node.argument?.literal ?? node.argument;
        check({ source });
      },
    };
  },
};

const named = (node, object, property) =>
  node?.type === 'MemberExpression' && node.object.name === object && node.property.name === property;

const clockless = {
  create(context) {
    const report = (node, what) =>
      context.report({ node, message: `${what} reads the clock or chance: a pure room takes them as data` });
    return {
      NewExpression(node) {
        if (node.callee.name === 'Date' && node.arguments.length !== 1) report(node, 'new Date(…)');
      },
      CallExpression(node) {
        if (node.callee.name === 'Date') report(node, 'Date()');
        if (named(node.callee, 'Date', 'now')) report(node, 'Date.now()');
        if (named(node.callee, 'Math', 'random')) report(node, 'Math.random()');
      },
    };
  },
};

const noDefaultExport = {
  create(context) {
    return {
      ExportDefaultDeclaration(node) {
        context.report({ node, message: 'exports have names here' });
      },
      ExportAllDeclaration(node) {
        context.report({ node, message: 'no barrels: import from the file that has it' });
      },
    };
  },
};

export default {
  meta: { name: 'house' },
  rules: { layers, clockless, 'named-exports': noDefaultExport },
};
