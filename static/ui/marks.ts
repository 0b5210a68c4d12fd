/**
 * The marks of the providers. The usual ones are a file that the page loads beside the script, and the others a file that
 * it loads after it. Until a mark has arrived, and for brands that have none, a letter stands for the brand.
 */

let marks: Readonly<Record<string, string>> = {};

const keep = ({ MARKS }: { MARKS: Readonly<Record<string, string>> }) => void (marks = { ...marks, ...MARKS });
// The letters stay.
const goWithout = () => undefined;

/** Resolves when the usual marks are there, or cannot be loaded. */
export const marksLoaded: Promise<void> = import("nexus:marks").then(keep, goWithout);

/** Resolves when all marks are there, or cannot be loaded. */
export const allMarksLoaded: Promise<void> = marksLoaded
  .then(() => import("nexus:other-marks"))
  .then(keep, goWithout);

/** The SVG path of an icon of a manifest on a grid of 24, or undefined if there is none. */
export function markOf(icon: string | undefined): string | undefined {
  return icon && Object.hasOwn(marks, icon) ? marks[icon] : undefined;
}
