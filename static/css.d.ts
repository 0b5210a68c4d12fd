/** A style sheet is imported as text, and the element's shadow root adopts it. */
declare module "*.css" {
  const text: string;
  export default text;
}
