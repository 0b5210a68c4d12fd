// Runs calls one after the other: a line of output for each that worked, and a failure of the process for the others.

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
