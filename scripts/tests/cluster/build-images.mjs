// Builds the images before the cluster's network namespace, from which no registry of packages is reached.
import { buildImages } from "./images.mjs";

await buildImages();
