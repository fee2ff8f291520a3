-- The narrowest TLP an object is marked with: the rank of its marking definition (STIX 2.1 section 7.2.1.4, and TLP 1's), -1 for
-- none.
ALTER TABLE objects ADD COLUMN tlp smallint NOT NULL DEFAULT -1;
UPDATE objects SET tlp = CASE
  WHEN strpos(raw, 'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1') > 0
      OR strpos(raw, 'marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed') > 0 THEN 4
  WHEN strpos(raw, 'marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003') > 0 THEN 3
  WHEN strpos(raw, 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421') > 0
      OR strpos(raw, 'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82') > 0 THEN 2
  WHEN strpos(raw, 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb') > 0
      OR strpos(raw, 'marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da') > 0 THEN 1
  WHEN strpos(raw, 'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487') > 0
      OR strpos(raw, 'marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9') > 0 THEN 0
  ELSE -1 END
WHERE strpos(raw, 'marking-definition--') > 0;
