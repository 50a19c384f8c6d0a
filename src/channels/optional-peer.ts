/**
 * Loads the client library of a kind of channel, which is installed only where it is used. Rejects, saying
 * how to get it, where it is not there.
 */
export async function optionalPeer<Library>(name: string, load: () => Promise<Library>): Promise<Library> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')
      throw new Error(`needs the package ${name}, which is not installed: npm install ${name}`, {
        cause: error,
      });
    throw error;
  }
}
