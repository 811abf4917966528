import { readData } from "./data.js";
import { Viewer } from "./viewer.js";

new Viewer(document.body, readData(document)).start();
