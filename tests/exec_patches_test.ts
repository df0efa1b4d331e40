import { PATCHES } from "./scenarios/patches.ts";
import { testScenarios } from "./support/play_scenario.ts";

testScenarios(PATCHES);
