import { SERVER_ERRORS } from "./scenarios/server_errors.ts";
import { testScenarios } from "./support/play_scenario.ts";

testScenarios(SERVER_ERRORS);
