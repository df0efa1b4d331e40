import { LEVELS } from "./scenarios/levels.ts";
import { testScenarios } from "./support/play_scenario.ts";

testScenarios(LEVELS);
