import { matchesGlob } from '../../kit/glob.ts';
import type { DockerOptions } from './options.ts';

/** Whether a container of this name is read. */
export const isChosen = ({ containers, except }: DockerOptions, name: string): boolean =>
  containers.some((glob) => matchesGlob(glob, name)) && !except.some((glob) => matchesGlob(glob, name));
