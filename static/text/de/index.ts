import { t as first } from "..";
import { english } from "../all";
export const words = { ...first, ...english };
