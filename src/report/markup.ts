/** Text for XML and HTML, in elements and in quoted attributes: nothing in it can be markup. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
