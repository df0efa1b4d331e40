import { MODEL_ITEMS } from "./scenarios/model_items.ts";
import { testScenarios } from "./support/play_scenario.ts";

testScenarios(MODEL_ITEMS);
