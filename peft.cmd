@echo off
rem Builds peft on first use, then starts it. After a change of a source: delete peft-dist\target\built.
setlocal
set "ROOT=%~dp0"
if exist "%ROOT%peft-dist\target\built" goto start
echo peft: building (first use; this takes some minutes) ... 1>&2
if not exist "%ROOT%peft-dist\target" mkdir "%ROOT%peft-dist\target"
pushd "%ROOT%"
call mvn -q -B -Dmaven.test.skip=true -Dspotless.check.skip=true -Dcheckstyle.skip=true -pl peft-dist -am package > "%ROOT%peft-dist\target\build.log" 2>&1
if errorlevel 1 (
  popd
  echo error: the build failed; all of it is in %ROOT%peft-dist\target\build.log 1>&2
  exit /b 2
)
popd
echo built> "%ROOT%peft-dist\target\built"
:start
if not defined PEFT_PLUGINS set "PEFT_PLUGINS=%ROOT%plugins"
call "%ROOT%peft-dist\target\peft4j\bin\peft.cmd" %*
exit /b %ERRORLEVEL%
