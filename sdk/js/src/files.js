/** Files that the server answers with. */

/** The file in an answer, under the name that the server gave it. */
export async function fileIn(response) {
  const content = await response.blob();
  const name = fileName(response.headers.get("content-disposition"));
  return new File([content], name, { type: content.type });
}

/** The file name in a Content-Disposition header (RFC 6266), without any folder; empty where it says none. */
export function fileName(disposition) {
  if (!disposition) return "";
  const extended = /filename\*=utf-8''([^;]+)/i.exec(disposition)?.[1];
  const plain = /filename="((?:[^"\\]|\\.)*)"|filename=([^;"\s]+)/i.exec(disposition);
  let name = plain?.[1]?.replace(/\\(.)/g, "$1") ?? plain?.[2] ?? "";
  try {
    if (extended) name = decodeURIComponent(extended);
  } catch {
    // Not percent-encoded after all: the plain name has to do.
  }
  return name.split(/[\\/]/).pop();
}
