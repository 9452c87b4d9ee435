/// How long a test waits for anything that it watches, in seconds: one limit for all tests. Only what never comes takes so
/// long, however busy the machine is.
package let patience = 300.0
