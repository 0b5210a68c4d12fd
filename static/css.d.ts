/** Style sheets are imported as text and adopted by the element's shadow root. */
declare module "*.css" {
  const text: string;
  export default text;
}
