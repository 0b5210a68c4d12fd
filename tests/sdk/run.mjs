// Runs calls one after the other. Prints a line for each successful call, and exits with an error for the
// others.

/** @param {Record<string, () => Promise<void>>} calls by the name of what they try */
export async function runAll(calls) {
  for (const [name, call] of Object.entries(calls)) {
    try {
      await call();
      console.log(`worked: ${name}`);
    } catch (error) {
      console.error(`failed: ${name}:`, error);
      process.exitCode = 1;
    }
  }
}
