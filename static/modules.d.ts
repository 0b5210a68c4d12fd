/** A style sheet is imported as text, and the element's shadow root adopts it. */
declare module "*.css" {
  const text: string;
  export default text;
}

/** The marks of the providers, which `marks.mjs` makes: an SVG path on a grid of 24, by the name of the icon. */
declare module "nexus:marks" {
  export const MARKS: Readonly<Record<string, string>>;
}

/** The marks that `nexus:marks` does not have. */
declare module "nexus:other-marks" {
  export const MARKS: Readonly<Record<string, string>>;
}
