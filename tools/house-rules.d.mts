/** Rooms from the bottom up. */
export declare const rows: readonly (readonly string[])[];
/** The room of a file. */
export declare function roomOf(path: string): string | undefined;
/** Why `file` must not import `specifier`, or undefined. */
export declare function forbiddenImport(file: string, specifier: string): string | undefined;
declare const plugin: unknown;
export default plugin;
