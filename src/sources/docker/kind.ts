import type { SourceKind } from '../contract.ts';
import { createEngine } from './engine.ts';
import { followLogFiles } from './files.ts';
import { followContainers } from './follow.ts';
import { dockerOptions, type DockerOptions } from './options.ts';

export const dockerKind: SourceKind<DockerOptions> = {
  kind: 'docker',
  summary: 'What containers write, from the Docker engine or from the files of its json-file driver.',
  options: dockerOptions,
  addsFields: true,
  rewinds: true,
  open: (options, ports) =>
    options.place.by === 'socket'
      ? followContainers(createEngine(options.place.path), options, ports)
      : followLogFiles(options.place.directory, options, ports),
};
