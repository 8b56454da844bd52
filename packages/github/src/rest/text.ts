/** Whether two texts are the same to the forge, which may change line ends and trims. */
export function isSameText(left: string, right: string): boolean {
  return normal(left) === normal(right);
}

function normal(text: string): string {
  return text.replaceAll('\r\n', '\n').trimEnd();
}
