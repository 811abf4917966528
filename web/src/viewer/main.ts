import { readData } from "./data.js";
import { Viewer } from "./viewer.js";

async function show(): Promise<void> {
  try {
    const data = await readData(document);
    new Viewer(document.body, data).start();
  } catch (error) {
    document.body.append("This picture cannot be shown: open the file in a newer browser, or make it anew.");
    throw error;
  }
}

void show();
