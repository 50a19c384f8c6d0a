import { z } from 'zod';
import { namesOption } from '../names-option.ts';

/** What the kind `docker` needs to know. */
export interface DockerOptions {
  /** Globs of names. */
  readonly containers: readonly string[];
  readonly except: readonly string[];
  /** Where the engine is asked, or where the files of its `json-file` driver are. */
  readonly place:
    | { readonly by: 'socket'; readonly path: string }
    | { readonly by: 'files'; readonly directory: string };
  readonly start: 'end' | 'beginning';
}

const absolute = z.string().regex(/^\/\P{Cc}*$/u, 'not an absolute path');

const settings = z.strictObject({
  containers: namesOption.describe(
    'Only containers with these names; `*` and `?` are wildcards. Default: all.',
  ),
  except: namesOption.describe('Not containers with these names.'),
  socket: absolute.optional().describe('The socket of the engine. Default: /var/run/docker.sock.'),
  directory: absolute
    .optional()
    .describe(
      'Instead of asking the engine: the directory of its json-file logs, such as /var/lib/docker/containers.',
    ),
});

export const dockerOptions: z.ZodType<DockerOptions> = z
  .strictObject({
    docker: z
      .union([z.literal(true).transform(() => settings.parse({})), settings])
      .refine(({ socket, directory }) => socket === undefined || directory === undefined, {
        message: '"socket" and "directory" exclude each other',
      })
      .describe('What containers write: `true` for all of them, or which.'),
    start: z
      .enum(['end', 'beginning'])
      .prefault('end')
      .describe('Where a container begins that runs when the source is seen for the first time.'),
  })
  .transform(({ docker: { containers, except, socket, directory }, start }) => ({
    containers: containers ?? ['*'],
    except: except ?? [],
    start,
    place:
      directory === undefined
        ? { by: 'socket', path: socket ?? '/var/run/docker.sock' }
        : { by: 'files', directory },
  }));
