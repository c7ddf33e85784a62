import { denseRecipes } from "./dense-recipes.js";
import { layerRecipes } from "./layer-recipes.js";
import type { Recipe } from "./recipe.js";
import { windowRecipes } from "./window-recipes.js";

/** By what they are about: trainings that every backend does as the reference does. */
export const recipes = (): ReadonlyMap<string, Recipe> =>
  new Map([...denseRecipes(), ...windowRecipes(), ...layerRecipes()]);
