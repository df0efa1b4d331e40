import { TOOLS } from "./scenarios/tools.ts";
import { testScenarios } from "./support/play_scenario.ts";

testScenarios(TOOLS);
