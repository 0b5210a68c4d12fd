/**
 * The marks of the providers. They are a file of their own, which the page loads beside the script. Until
 * it has arrived, and for brands that it does not have, a letter stands for the brand.
 */

let marks: Readonly<Record<string, string>> = {};

/** Resolves when the marks are there, or cannot be loaded. */
export const marksLoaded: Promise<void> = import("nexus:marks").then(
  ({ MARKS }) => void (marks = MARKS),
  // The letters stay.
  () => undefined,
);

/** The SVG path of an icon of a manifest on a grid of 24, or undefined if there is none. */
export function markOf(icon: string | undefined): string | undefined {
  return icon && Object.hasOwn(marks, icon) ? marks[icon] : undefined;
}
