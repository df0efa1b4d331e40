import { COMMANDS } from "./scenarios/commands.ts";
import { testScenarios } from "./support/play_scenario.ts";

testScenarios(COMMANDS);
